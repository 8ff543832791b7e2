"""Input made to take all memory, or for ever: a reject or a fault that says why, and everything else is published."""

import os

import pytest

from conftest import Project, seed_texts

HEAD = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">'
CONCEPT = '<skos:Concept rdf:about="http://x/1"><skos:prefLabel xml:lang="ar">{}</skos:prefLabel></skos:Concept></rdf:RDF>'


def with_vocabulary(tmp_path, entities, label):
    project = Project(tmp_path / "project")
    declared = "".join(f'<!ENTITY {name} "{value}">' for name, value in entities)
    (project.root / "own.rdf").write_text(f'<?xml version="1.0"?><!DOCTYPE r [{declared}]>{HEAD}{CONCEPT.format(label)}', encoding="utf-8")
    project.configure("tag", "vocabularies", '["own.rdf"]')
    return project


@pytest.mark.parametrize(
    ("entities", "label", "told"),
    [
        ([("e0", "x" * 10)] + [(f"e{n}", f"&e{n - 1};" * 10) for n in range(1, 12)], "&e11;", "the entity e1 is longer than 1000 bytes or made of others"),
        ([("e", "x" * 1_000_000)], "&e;" * 20_000, "the entity e is longer than 1000 bytes"),
        ([("e", "x" * 999)], "&e;" * 100_000, "its entities stand for 99900000 bytes"),
        ([(f"e{n}", "x") for n in range(1000)], "&e1;", "1000 entities are declared"),
    ],
)
def test_entities_that_stand_for_any_amount_of_text_are_a_fault(tmp_path, entities, label, told):
    project = with_vocabulary(tmp_path, entities, label)
    done = project.tarmim("check", expect=2)
    assert f"own.rdf: {told}" in done.stderr and "write " in done.stderr


def test_entities_that_abbreviate_are_read(tmp_path):
    """Editors of ontologies write the beginnings of IRIs so."""
    project = with_vocabulary(tmp_path, [("skos", "http://www.w3.org/2004/02/skos/core#"), ("word", "صادرات&#32;")], "&word;")
    assert "1 concept" in project.tarmim("check").stdout
    assert project.build().rows("keywords")


PAGES = {
    "ampersands": "<html><body><p>" + "&" * 2_000_000 + "</p></body></html>",
    "ampersands-in-an-attribute": '<html><body><p title="' + "&" * 2_000_000 + '">كلام</p></body></html>',
    "no-break-spaces": "<html><body><p>" + "\u00a0" * 2_000_000 + "</p></body></html>",
    "attributes": "<html><body><p " + " ".join(f"a{number}=1" for number in range(400_000)) + ">كلام</p></body></html>",
    "attributes-without-an-end": "<html><body><p " + " ".join(f"a{number}=1" for number in range(400_000)),
    "attributes-with-slashes": "<html><body><p " + "/".join(f"a{number}" for number in range(400_000)) + ">كلام</p></body></html>",
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_that_take_quadratic_time_are_rejected(project, name):
    """Each took minutes; the test has no clock, but the suite has a limit."""
    project.configure("dataset", "max_reject_ratio", 1.0)
    project.write(f"{name}.html", PAGES[name])
    build = project.build()
    assert [(row["source_path"], row["code"]) for row in build.rows("rejects")] in ([(f"{name}.html", "html_too_complex")], [(f"{name}.html", "empty")])
    assert len(build.rows("articles")) == len(seed_texts())


def test_a_page_with_some_of_each_is_read(project):
    text = next(iter(seed_texts().values()))
    many = " ".join(f"data-{number}=1" for number in range(500))
    project.write("page.html", f"<html><body><article {many}><p>{text} &amp; «و»&nbsp;{'&amp; ' * 1000}</p></article></body></html>")
    assert len(project.build().rows("articles")) == len(seed_texts()) + 1


SETTINGS = {"vocabulary": ("tag", "vocabularies", '["{}"]'), "corrections": ("review", "corrections", '["{}"]'), "words": ("repair", "lexicons", '["{}"]')}


@pytest.mark.parametrize("setting", ["vocabulary", "corrections", "words"])
@pytest.mark.parametrize("kind", ["pipe", "/dev/zero", "/dev/full"])
def test_pipes_and_devices_are_refused_before_they_are_read(tmp_path, setting, kind):
    """A pipe would block for ever, and a device never end."""
    project = Project(tmp_path / "project")
    path = project.root / "pipe.csv" if kind == "pipe" else kind
    if kind == "pipe":
        os.mkfifo(path)
    table, key, value = SETTINGS[setting]
    project.configure(table, key, value.format(path))
    for command in ("check", "run"):
        assert "a pipe or a device, and a file is expected" in project.tarmim(command, expect=2).stderr


def test_a_pipe_for_a_model_is_refused(project):
    os.mkfifo(project.root / "pipe")
    assert "a pipe or a device" in project.tarmim("repair", "--model", "pipe", stdin=b"", expect=2).stderr


def test_a_pipe_among_the_articles_is_a_reject(project):
    os.mkfifo(project.input / "pipe.txt")
    project.configure("dataset", "max_reject_ratio", 1.0)
    build = project.build()
    assert [row["source_path"] for row in build.rows("rejects")] == ["pipe.txt"]
    assert len(build.rows("articles")) == len(seed_texts())
