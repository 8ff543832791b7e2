"""Every declared setting: changing it changes the build id and redoes the stages that its declaration names, and no others.

The settings come from the program itself, so a new one is tried here as soon as it is declared.
"""

import json
import subprocess

import pytest

from conftest import PROGRAM, REPOSITORY
from rebuilds import ARTICLES, STAGES, assert_redone_from, planned, rebuild, redone

SPECS = {
    f"{spec['table']}.{spec['key']}": spec
    for spec in json.loads(subprocess.run([PROGRAM, "settings", "--json"], check=True, capture_output=True).stdout)
}

# Tried elsewhere: the path of a folder changes nothing, that of a model only if the model is another one.
ELSEWHERE = {"ingest.input", "dataset.output", "repair.model"}

# Values of settings for which none can be chosen by their form, as TOML.
VALUES = {
    "ingest.files": '["**/*", "**/*.txt"]',
    "ingest.skip": '["**/.*", "**/__MACOSX/**", "**/nothing"]',
    "ingest.encoding": '"utf-8"',
    "ingest.delimiter": '","',
    "ingest.quotes": '"doubled"',
    "ingest.zip_names": '"cp720"',
    "ingest.date_order": '"day-first"',
    "ingest.path_pattern": '"{section}/**/*"',
    "fields.text": '["nothing", "text"]',
    "fields.title": '["headline"]',
    "fields.byline": '["author"]',
    "fields.section": '["page"]',
    "fields.published": '["date"]',
    "fields.id": '["id"]',
    "fields.markup": '"none"',
    "ingest.foreign": '"reject"',
    "repair.damage": '"soft"',
    "repair.damage_by_path": '{ "**" = "normalised" }',
    "fields.missing": '["nothing"]',
    "repair.effort": '"fast"',
    "repair.lexicons": '["words.txt"]',
    "repair.protect": '["words.txt"]',
    "tag.vocabularies": '["own.csv"]',
    # What is said of a word that no article has.
    "review.corrections": '["corrections.csv"]',
    "split.max_tokens": "12",
    "split.cut_confidence": "0.6",
    "dataset.near_duplicate_similarity": "0.99",
    "dataset.duplicates": '"drop"',
    "dataset.partition_by": '"section"',
    "gates.drift": '"warn"',
}

# Records in which a field is found, or no longer found, under other names: they are different records then.
RECORDS_CHANGED = {"fields.title": 4, "fields.byline": 1, "fields.section": 1, "ingest.path_pattern": 3}


def names_fields(name):
    """Whether a setting says where the fields of a record are found."""
    return name.startswith("fields.") or name == "ingest.path_pattern"


def other_value(name):
    """A valid value that is neither the default nor that of the tests' project, as TOML."""
    spec = SPECS[name]
    if name in VALUES:
        return VALUES[name]
    match spec["form"]:
        case "flag":
            return json.dumps(not spec["default"])
        case "integer":
            return json.dumps(spec["default"] + (1 if spec["default"] < spec["range"][1] else -1))
        case "number":
            low, high = spec["range"]
            return json.dumps(next(value for value in (0.5, 0.4, low, high) if value != spec["default"]))
        case "pair":
            low, high = spec["default"]
            return json.dumps([low, high + (spec["range"][1] - high) / 2 - (high - low) / 1000])
        case "text":
            return '"Another text"'
    pytest.fail(f"name another value of {name} in VALUES")


def names(*scopes):
    return [name for name, spec in SPECS.items() if spec["scope"] in scopes and name not in ELSEWHERE]


def reason_of(name):
    stage = SPECS[name]["scope"]
    return f"{stage} changed: {'vocabulary' if name == 'tag.vocabularies' else 'configuration'}"


@pytest.mark.parametrize("name", [name for name in names(*STAGES) if not names_fields(name)])
def test_a_setting_of_a_stage_redoes_from_that_stage(mixed, tmp_path, name):
    mixed.configure(*name.split("."), other_value(name))
    build, plan = rebuild(mixed, tmp_path / "full", "--jobs", 1 + list(SPECS).index(name) % 3)
    assert_redone_from(build, plan, reason_of(name))


@pytest.mark.parametrize("name", [name for name in names(*STAGES) if names_fields(name)])
def test_a_field_name_redoes_all_from_the_start(mixed, name):
    mixed.configure(*name.split("."), other_value(name))
    plan = planned(mixed)
    changed = RECORDS_CHANGED.get(name, 0)
    expected = {"content changed": changed, "ingest changed: configuration": ARTICLES - changed}
    assert plan["work"] == {reason: count for reason, count in expected.items() if count}
    assert {row["first_stage"] for row in plan["articles"]} == {"ingest"}


def test_a_build_with_other_field_names_is_that_of_a_full_build(mixed, tmp_path):
    mixed.configure("fields", "title", VALUES["fields.title"])
    build, _ = rebuild(mixed, tmp_path / "full")
    assert len(redone(build)) == ARTICLES


@pytest.mark.parametrize("name", names("selection", "build"))
def test_a_setting_of_the_build_alone_redoes_no_article(mixed, name):
    mixed.configure(*name.split("."), other_value(name))
    plan = planned(mixed)
    assert not plan["up_to_date"] and plan["work"] == {"unchanged": ARTICLES}


@pytest.mark.parametrize("name", [name for name in names("build") if not name.startswith("card.")])
def test_a_build_without_redone_articles_is_that_of_a_full_build(mixed, tmp_path, name):
    mixed.configure(*name.split("."), other_value(name))
    build, plan = rebuild(mixed, tmp_path / "full")
    assert_redone_from(build, plan, None)


@pytest.mark.parametrize("name", names("run"))
def test_a_setting_of_the_run_changes_no_build(mixed, name):
    mixed.configure(*name.split("."), other_value(name))
    assert planned(mixed)["up_to_date"]


def test_every_setting_has_a_meaning_and_is_in_the_shipped_configuration(project):
    assert project.tarmim("settings").stdout == (REPOSITORY / "pipeline.toml").read_text(encoding="utf-8")
    assert [name for name, spec in SPECS.items() if not spec["doc"].strip().endswith((".", ")"))] == []
