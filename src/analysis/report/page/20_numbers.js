"use strict";

// How numbers, shares, confidences and dates are written on the page.
const Numbers = (() => {
  const whole = new Intl.NumberFormat("en");
  const oneDigit = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

  const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
  const count = (value) => (isNumber(value) ? whole.format(value) : "unknown");
  const decimal = (value) => (isNumber(value) ? oneDigit.format(value) : "unknown");
  const percent = (value) => (isNumber(value) ? `${oneDigit.format(value)}\u00a0%` : "unknown");
  const share = (part, of) => (isNumber(part) && of > 0 ? percent((100 * part) / of) : "none");

  /** ".9534", and "1.0000". */
  const confidence = (value) => (isNumber(value) ? value.toFixed(4).replace(/^0/, "") : "unknown");

  /** A round confidence, where something begins: ".98". */
  const threshold = (value) => confidence(value).replace(/0{1,2}$/, "");

  /** A token without a stated confidence has .995 or more. */
  const tokenConfidence = (value) => (value === null ? ".995 or more" : confidence(value));

  const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

  return { isNumber, count, decimal, percent, share, confidence, threshold, tokenConfidence, plural };
})();
