"""Projects that the tests of rebuilds change, and the checks that every rebuild must pass.

The reference is always a build of the same project into an empty folder, where nothing is cached.
"""

import csv
import itertools
import json
import random
import shutil
import zipfile

import pytest
from blake3 import blake3

from conftest import Build, Project, scrambled, snapshot

STAGES = ("ingest", "repair", "split", "tag")

# The project that most tests change: every kind of source, copies, sidecars, a file that is not an article.
ARCHIVE = {"in/x.txt": 11, "in/y.txt": 12, "in/z.txt": 13}
RECORDS = [
    {"id": "r1", "title": "عنوان اول", "text": scrambled(random.Random(21), 70)},
    {"id": "r2", "text": scrambled(random.Random(22), 70), "byline": "كاتب"},
    {"id": "r3", "text": scrambled(random.Random(23), 70), "page": 4},
    {"text": scrambled(random.Random(24), 70)},
]
METADATA = [{"path": "politics/a.txt", "title": "اخبار السياسه"}, {"path": "economy/c.txt", "title": "اخبار السوق"}]
ARTICLES = 14
OWN_VOCABULARY = "id,label,category,variants,gloss\nx-exports,صادرات,own,,exports\nx-ministry,وزارة,own,,ministry\n"


def text(number, words=90):
    return scrambled(random.Random(number), words)


def write_archive(project, members):
    project.input.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(project.input / "archive.zip", "w") as archive:
        for name, number in members.items():
            archive.writestr(zipfile.ZipInfo(name), text(number))


def write_records(project, records):
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    project.write("records.jsonl", "\n".join(lines) + "\n")


def write_metadata(project, rows):
    lines = ["path,title", *(f"{row['path']},{row['title']}" for row in rows)]
    project.write("metadata.csv", "\n".join(lines) + "\n")


def write_mixed_input(project):
    original = text(4)
    near = original.split()
    near[30] = "السوق"
    files = {
        "politics/a.txt": text(1),
        "politics/b.txt": text(2),
        "economy/c.txt": text(3),
        "economy/d.txt": original,
        "economy/e-copy.txt": original,
        "economy/f-near.txt": " ".join(near),
        "sport/g.txt": text(7),
        "sport/g.json": json.dumps({"title": "اخبار الرياضه", "date": "2021-05-06"}),
        "broken.pdf": b"%PDF-1.4",
    }
    for path, content in files.items():
        project.write(path, content)
    write_archive(project, ARCHIVE)
    write_records(project, RECORDS)
    write_metadata(project, METADATA)


def configure_mixed(project):
    project.configure("dataset", "max_reject_ratio", 0.9)
    # Metrics of so few articles vary a lot; drift is not the subject of these tests.
    project.configure("gates", "drift", '"off"')
    (project.root / "own.csv").write_text(OWN_VOCABULARY, encoding="utf-8")
    (project.root / "corrections.csv").write_text("kind,scope,raw,correction\nform,corpus,لايوجد,لا يوجد\n", encoding="utf-8")
    (project.root / "words.txt").write_text("الاقتصاد\nالصادرات\n", encoding="utf-8")


@pytest.fixture(scope="module")
def mixed_template(tmp_path_factory):
    """The mixed project, built once; tests get copies."""
    project = Project(tmp_path_factory.mktemp("mixed") / "project", with_seeds=False)
    write_mixed_input(project)
    configure_mixed(project)
    told = manifest(project.build())
    assert told["run"]["work"] == {"new": ARTICLES}
    for stage in ("repair", "tag"):
        assert told["run"]["stage_seconds"][stage] > 0, "so that zero means something"
    return project


@pytest.fixture
def mixed(mixed_template, tmp_path):
    return copy_of(mixed_template, tmp_path / "project")


def copy_of(project, root):
    shutil.copytree(project.root, root, symlinks=True)
    return reopened(root, project)


def reopened(root, project):
    """A project over an existing folder, with its settings."""
    copy = object.__new__(Project)
    copy.root, copy.config = root, root / "pipeline.toml"
    copy.input, copy.output = root / project.input.name, root / project.output.name
    return copy


def manifest(build):
    return json.loads((build.folder / "manifest.json").read_text(encoding="utf-8"))


# What `plan` and the manifest call articles whose results a run left that published nothing.
UNPUBLISHED = "processed earlier, not published"


def planned(project, *arguments):
    """The plan as JSON. Checks that `plan` writes nothing."""
    before = snapshot(project.output) if project.output.exists() else None
    told = json.loads(project.tarmim("plan", "--json", "--list", 100_000, *arguments).stdout)
    assert (snapshot(project.output) if project.output.exists() else None) == before, "plan writes nothing"
    return told


def redone(build):
    with open(build.folder / "redone.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def full_build(project, folder, *arguments):
    """The reference: the same project, built into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    project.tarmim("run", "--output", folder, *arguments)
    build = Build((folder / "current").resolve(strict=True))
    assert manifest(build)["run"]["work"].keys() <= {"new"}
    return build


def assert_same_bytes(build, other):
    assert build.id == other.id
    mine, theirs = build.bytes_by_path(), other.bytes_by_path()
    assert mine.keys() == theirs.keys()
    assert [path for path in mine if mine[path] != theirs[path]] == []


def assert_files_are_those_of_the_manifest(build):
    """Every file is there, with the size and the hash that the manifest gives."""
    for file in itertools.chain(*manifest(build)["tables"].values()):
        content = (build.folder / file["path"]).read_bytes()
        assert (len(content), blake3(content).hexdigest()) == (file["bytes"], file["blake3"])


def assert_run_did_what_was_planned(build, plan):
    told = manifest(build)["run"]
    assert plan["build_id"] == build.id
    assert told["work"] == plan["work"]
    rows = [row | {"record": row["record"] or ""} for row in plan["articles"]]
    assert redone(build) == rows
    assert len(rows) == sum(count for reason, count in plan["work"].items() if reason not in ("unchanged", UNPUBLISHED))
    report = json.loads((build.folder / "report.json").read_text(encoding="utf-8"))
    assert report["run"] == told


def assert_only_later_stages_took_time(build, first):
    """No stage before the first redone one was entered; `first` is None if none is redone."""
    seconds = manifest(build)["run"]["stage_seconds"]
    passed_over = STAGES if first is None else STAGES[: STAGES.index(first)]
    assert {stage: seconds[stage] for stage in passed_over} == dict.fromkeys(passed_over, 0)


def assert_redone_from(build, plan, reason):
    first = None if reason is None else reason.split()[0]
    assert plan["work"] == {reason or "unchanged": ARTICLES}
    told = {(row["first_stage"], row["reason"]) for row in plan["articles"]}
    assert told == (set() if reason is None else {(first, reason)})
    assert_only_later_stages_took_time(build, first)


def rebuild(project, reference, *arguments):
    """Plans, runs, and compares with the plan and with a full build; returns the build and the plan."""
    plan = planned(project)
    assert not plan["up_to_date"]
    build = project.build(*arguments)
    assert_run_did_what_was_planned(build, plan)
    assert_same_bytes(build, full_build(project, reference))
    after = planned(project)
    assert after["up_to_date"] and after["current"] == build.id
    assert after["work"].keys() <= {"unchanged"} and after["articles"] == []
    return build, plan


def edit(path, number):
    return lambda project: project.write(path, text(number))


def delete(path):
    return lambda project: (project.input / path).unlink()
