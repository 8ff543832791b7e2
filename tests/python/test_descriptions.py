"""The descriptions of a build for other tools, read with those tools: mlcroissant, datasets, frictionless, openlineage."""

import hashlib
import importlib
import json
import logging
import re
import shutil
from pathlib import Path

import attr
import pytest
import yaml
from conftest import TABLES, Build, Project

# Facets by their key in an event: the module and the class of openlineage-python.
FACETS = {
    "documentation@job": ("documentation_job", "DocumentationJobFacet"),
    "documentation@outputs": ("documentation_dataset", "DocumentationDatasetFacet"),
    "errorMessage@run": ("error_message_run", "ErrorMessageRunFacet"),
    "inputStatistics@inputs": ("input_statistics_input_dataset", "InputStatisticsInputDatasetFacet"),
    "jobType@job": ("job_type_job", "JobTypeJobFacet"),
    "outputStatistics@outputs": ("output_statistics_output_dataset", "OutputStatisticsOutputDatasetFacet"),
    "processing_engine@run": ("processing_engine_run", "ProcessingEngineRunFacet"),
    "schema@outputs": ("schema_dataset", "SchemaDatasetFacet"),
    "storage@outputs": ("storage_dataset", "StorageDatasetFacet"),
    "version@inputs": ("dataset_version_dataset", "DatasetVersionDatasetFacet"),
    "version@outputs": ("dataset_version_dataset", "DatasetVersionDatasetFacet"),
}


@pytest.fixture(scope="module")
def lineage_log(tmp_path_factory):
    return tmp_path_factory.mktemp("lineage") / "lineage.jsonl"


@pytest.fixture(scope="module")
def build(tmp_path_factory, lineage_log):
    """A build with rows in every table: two inputs are rejected, one of them with a byte offset, one without."""
    project = Project(tmp_path_factory.mktemp("described") / "project")
    project.configure("ingest", "encoding", '"utf-8"')
    project.configure("dataset", "max_reject_ratio", 0.9)
    project.write("broken.txt", b"\xd9\x85\xff\xfe\xd9")
    project.write("empty.txt", b"")
    project.tarmim("run", "--lineage", lineage_log)
    build = project.current()
    assert all(build.table(name).num_rows for name in TABLES)
    return build


@pytest.fixture
def load(monkeypatch, tmp_path):
    """`load_dataset` of a build's folder; nothing is fetched, and the cache is the test's own."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    from datasets import load_dataset

    def load(build, *table, split="train"):
        return load_dataset(str(build.folder), *table, split=split, cache_dir=str(tmp_path / "cache"))

    return load


def manifest(build):
    return json.loads((build.folder / "manifest.json").read_text(encoding="utf-8"))


def partitioned(build, folder):
    """A copy of a build whose files lie one folder deeper, as partitioned tables do."""
    copy = Path(shutil.copytree(build.folder, folder / build.id))
    for table in TABLES:
        for path in sorted((copy / table).glob("*.parquet")):
            deeper = copy / table / "part=a" / path.name
            deeper.parent.mkdir(exist_ok=True)
            path.rename(deeper)
    return Build(copy)


# --- Croissant


def croissant(build):
    import mlcroissant

    return mlcroissant.Dataset(build.folder / "croissant.json")


def text_of(value):
    return value.decode() if isinstance(value, bytes) else value


def records(dataset, table):
    return [{key.removeprefix(f"{table}/"): value for key, value in record.items()} for record in dataset.records(table)]


def test_croissant_has_no_error_and_at_most_one_warning(build):
    issues = croissant(build).metadata.ctx.issues
    assert not issues.errors
    # If the licence of the articles is unknown, none is made up.
    assert all("schema.org/license" in warning for warning in issues.warnings)


def test_croissant_context_is_the_standard_one(build, caplog):
    with caplog.at_level(logging.WARNING, logger="absl"):
        croissant(build)
    assert "not standard" not in caplog.text


@pytest.mark.parametrize("table", TABLES)
def test_croissant_gives_the_rows_of_the_table(build, table):
    rows, dataset = build.rows(table), croissant(build)
    found = records(dataset, table)
    assert len(found) == len(rows)
    for record, row in zip(found, rows, strict=True):
        assert record.keys() == row.keys()
        for column, value in row.items():
            if isinstance(value, str | int | None):
                assert text_of(record[column]) == value, column


def test_croissant_gives_the_inside_of_lists(build):
    found = records(croissant(build), "sentences")
    for record, row in zip(found, build.rows("sentences"), strict=True):
        assert [text_of(item) for item in record["keyword_ids"]] == row["keyword_ids"]
        inside = [
            {key.rsplit("/", 1)[1]: text_of(value) for key, value in repair.items()} for repair in record["repairs"]
        ]
        # mlcroissant reads no lists inside of these.
        plain = [{key: value for key, value in repair.items() if not isinstance(value, list)} for repair in row["repairs"]]
        assert [dict(repair, confidence=pytest.approx(repair["confidence"])) for repair in plain] == inside


@pytest.mark.parametrize("table", TABLES)
def test_croissant_finds_files_in_subfolders(build, tmp_path, table):
    moved = partitioned(build, tmp_path)
    assert len(records(croissant(moved), table)) == build.table(table).num_rows


def test_croissant_lists_every_file_with_its_hash(build):
    described = {
        node["contentUrl"]: (node["sha256"], node["contentSize"])
        for node in json.loads((build.folder / "croissant.json").read_text(encoding="utf-8"))["distribution"]
        if node["@type"] == "cr:FileObject"
    }
    found = {
        path: (hashlib.sha256(content).hexdigest(), f"{len(content)} B") for path, content in build.bytes_by_path().items()
    }
    assert described == found


# --- Dataset card


def front_matter(build):
    page = (build.folder / "README.md").read_text(encoding="utf-8")
    _, front, body = page.split("---\n", 2)
    return yaml.safe_load(front), body


def test_the_card_has_a_front_matter_that_the_hub_reads(build):
    from huggingface_hub import DatasetCard

    front, body = front_matter(build)
    assert front["language"] == ["ar"]
    assert [config["config_name"] for config in front["configs"]] == list(TABLES)
    assert [config["config_name"] for config in front["configs"] if config.get("default")] == ["sentences"]
    assert DatasetCard.load(build.folder / "README.md").data.language == ["ar"]
    for table in TABLES:
        assert re.search(rf"\| `{table}` \| {build.table(table).num_rows} \|", body), table


@pytest.mark.parametrize("table", TABLES)
def test_datasets_loads_every_table(load, build, table):
    loaded = load(build, table, split=None)
    assert list(loaded) == ["train"]
    assert loaded["train"].to_list() == build.rows(table)


def test_datasets_loads_the_sentences_if_no_table_is_named(load, build):
    assert load(build).to_list() == build.rows("sentences")


@pytest.mark.parametrize("table", TABLES)
def test_datasets_finds_files_in_subfolders(load, build, tmp_path, table):
    assert load(partitioned(build, tmp_path), table).num_rows == build.table(table).num_rows


def test_a_table_without_rows_has_no_configuration(seed_build):
    front, _ = front_matter(seed_build)
    assert seed_build.table("rejects").num_rows == 0
    assert "rejects" not in [config["config_name"] for config in front["configs"]]


# --- Frictionless data package


def test_frictionless_accepts_the_package_and_reads_every_row(build):
    from frictionless import validate

    report = validate(build.folder / "datapackage.json")
    assert report.valid, report.flatten(["title", "fieldName", "message"])
    rows = {task.name: task.stats["rows"] for task in report.tasks}
    assert rows == {table: build.table(table).num_rows for table in TABLES}


def test_frictionless_refuses_a_package_whose_rows_break_its_schema(build, tmp_path):
    """A check of the check: a null in a required column is an error."""
    from frictionless import validate

    copy = Path(shutil.copytree(build.folder, tmp_path / build.id))
    package = json.loads((copy / "datapackage.json").read_text(encoding="utf-8"))
    rejects = next(resource for resource in package["resources"] if resource["name"] == "rejects")
    offset = next(field for field in rejects["schema"]["fields"] if field["name"] == "byte_offset")
    assert "constraints" not in offset
    offset["constraints"] = {"required": True}
    (copy / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    assert not validate(copy / "datapackage.json").valid


# --- OpenLineage


def events(log):
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def without_empty(value):
    """JSON without empty and missing parts, which the client's classes fill in."""
    if isinstance(value, dict):
        kept = {key: without_empty(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, {}, [])}
    return [without_empty(item) for item in value] if isinstance(value, list) else value


def facets(found, owner):
    """Facets as objects of the client's classes, which know no key beyond the specification's."""
    objects = {}
    for key, content in found.items():
        module, name = FACETS[f"{key}@{owner}"]
        facet_class = getattr(importlib.import_module(f"openlineage.client.generated.{module}"), name)
        known = {field.name: field.alias for field in attr.fields(facet_class)}
        arguments = {known[name]: value for name, value in content.items() if name != "_schemaURL"}
        objects[key] = facet_class(**arguments)
    return objects


def as_client_object(event):
    """An event as an object of the client's classes."""
    from openlineage.client import event_v2

    def datasets(kind, dataset_class, own):
        return [
            dataset_class(
                **{key: value for key, value in dataset.items() if key not in ("facets", own)},
                facets=facets(dataset["facets"], kind),
                **{own: facets(dataset[own], kind)},
            )
            for dataset in event[kind]
        ]

    return event_v2.RunEvent(
        eventTime=event["eventTime"],
        eventType=event_v2.RunState(event["eventType"]),
        producer=event["producer"],
        run=event_v2.Run(runId=event["run"]["runId"], facets=facets(event["run"]["facets"], "run")),
        job=event_v2.Job(
            namespace=event["job"]["namespace"], name=event["job"]["name"], facets=facets(event["job"]["facets"], "job")
        ),
        inputs=datasets("inputs", event_v2.InputDataset, "inputFacets"),
        outputs=datasets("outputs", event_v2.OutputDataset, "outputFacets"),
    )


def test_lineage_events_are_what_the_client_would_write(build, lineage_log):
    """Built again by the client, with the client's own schema URLs, each event is the same."""
    from openlineage.client.serde import Serde

    for event in events(lineage_log):
        assert without_empty(Serde.to_dict(as_client_object(event))) == without_empty(event)


def test_lineage_of_a_run_is_a_start_and_an_end(build, lineage_log):
    start, end = events(lineage_log)
    assert (start["eventType"], end["eventType"]) == ("START", "COMPLETE")
    assert start["run"]["runId"] == end["run"]["runId"]
    assert start["job"]["name"] == end["job"]["name"]
    assert start["eventTime"] <= end["eventTime"]


def test_lineage_of_a_run_that_publishes_nothing_is_a_failure(empty_project, tmp_path):
    from openlineage.client.serde import Serde

    empty_project.write("broken.txt", b"\xd9\x85\xff\xfe\xd9")
    empty_project.configure("dataset", "max_reject_ratio", 0.1)
    log = tmp_path / "lineage.jsonl"
    empty_project.tarmim("run", "--lineage", log, expect=5)
    start, end = events(log)
    assert (start["eventType"], end["eventType"]) == ("START", "FAIL")
    assert end["run"]["facets"]["errorMessage"]["message"]
    assert not any("outputStatistics" in output["outputFacets"] for output in end["outputs"])
    assert without_empty(Serde.to_dict(as_client_object(end))) == without_empty(end)


def test_lineage_names_the_files_written(build, lineage_log):
    outputs = {Path(output["name"]).name: output for output in events(lineage_log)[-1]["outputs"]}
    files = manifest(build)["tables"]
    assert outputs.keys() == set(TABLES)
    for table, output in outputs.items():
        assert output["facets"]["version"]["datasetVersion"] == build.id
        written = output["outputFacets"]["outputStatistics"]
        assert written["rowCount"] == build.table(table).num_rows
        assert written["size"] == sum(path.stat().st_size for path in build.files(table))
        assert written["fileCount"] == len(files[table])
        columns = [field["name"] for field in output["facets"]["schema"]["fields"]]
        assert columns == build.table(table).column_names
