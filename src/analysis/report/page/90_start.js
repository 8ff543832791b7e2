"use strict";

Overview.show();
Reliability.show();
Figures.show();
Legend.show();
Corrections.restore();
SentenceList.start();
Concordance.start();
Worst.show();
Tokens.start();
Card.start();
Drawer.start();
Theme.start();
Corrections.onChange(SentenceList.refresh);
Address.start();
