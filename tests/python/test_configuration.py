"""All errors of the configuration are reported together, each with its line, before anything is done."""

import json
import subprocess

import pytest

from conftest import PROGRAM, snapshot


def test_the_shipped_configuration_is_valid_and_check_writes_nothing(project):
    before = snapshot(project.root)
    project.tarmim("check")
    assert snapshot(project.root) == before


def test_check_after_a_build_writes_nothing(project):
    project.build()
    before = snapshot(project.root)
    project.tarmim("check")
    assert snapshot(project.root) == before


@pytest.mark.parametrize("command", ["run", "check"])
def test_all_errors_are_reported_together_with_their_lines(project, command):
    expected = [
        (project.configure("ingest", "input", '"raw"', rename="inptu"), "input"),
        (project.configure("ingest", "encoding", '"windows-1265"'), "windows-1256"),
        (project.configure("ingest", "max_file_mib", '"large"'), "max_file_mib"),
        (project.configure("repair", "doubt_threshold", "7"), "doubt_threshold"),
        (project.configure("split", "max_tokens", "0"), "max_tokens"),
        (project.configure("dataset", "keep_builds", "-1"), "keep_builds"),
        (project.configure("dataset", "max_reject_ratio", "true"), "max_reject_ratio"),
    ]
    before = snapshot(project.root)
    told = project.tarmim(command, expect=2).stderr
    for line, name in expected:
        marker = f"pipeline.toml:{line}: "
        assert marker in told
        assert name in next(text for text in told.splitlines() if marker in text)
    assert told.count("pipeline.toml:") == len(expected)
    assert snapshot(project.root) == before


def test_an_unknown_table_is_reported_with_the_nearest_name(project):
    text = project.config.read_text(encoding="utf-8")
    line = text.splitlines().index("[dataset]") + 1
    project.config.write_text(text.replace("[dataset]", "[datset]"), encoding="utf-8")
    told = project.tarmim("check", expect=2).stderr
    assert f"pipeline.toml:{line}: " in told
    assert "dataset" in told.replace("datset", "")


def test_an_unknown_key_is_reported_with_the_nearest_key_of_its_table(project):
    project.configure("split", "cut_confidence", "0.5", rename="cut_confidenc")
    told = project.tarmim("check", expect=2).stderr
    assert "did you mean cut_confidence" in told


def test_a_syntax_error_is_reported_with_its_line(project):
    line = project.configure("split", "cut_confidence", "")
    assert f"pipeline.toml:{line}: " in project.tarmim("check", expect=2).stderr


def test_an_invalid_pattern_is_reported_with_its_line(project):
    line = project.configure("ingest", "files", '["**/[a.txt"]')
    told = project.tarmim("check", expect=2).stderr
    assert f"pipeline.toml:{line}: " in told


def test_a_missing_configuration_file_is_reported(project):
    assert "nowhere.toml" in project.tarmim("run", "--config", "nowhere.toml", expect=2).stderr
    assert not project.output.exists()


def test_a_missing_vocabulary_is_reported(project):
    assert "nowhere.csv" in project.tarmim("run", "--vocabulary", "nowhere.csv", expect=2).stderr
    assert "nowhere.csv" in configured(project, "tag", "vocabularies", '["nowhere.csv"]')
    assert not project.output.exists()


def test_a_file_that_cannot_be_used_is_reported_at_the_key_that_names_it(project):
    keys = [("tag", "vocabularies"), ("repair", "lexicons"), ("repair", "protect")]
    lines = {key: project.configure(table, key, f'["{key}.nowhere"]') for table, key in keys}
    told = project.tarmim("check", expect=2).stderr
    for table, key in keys:
        assert f"pipeline.toml:{lines[key]}: {table}.{key}: {key}.nowhere: cannot be read: No such file" in told
    told = project.tarmim("check", "--vocabulary", "other.ttl", expect=2).stderr.splitlines()
    assert "pipeline.toml" not in next(line for line in told if "other.ttl" in line)
    project.configure("tag", "vocabularies", '["pipeline.toml"]')
    assert f"pipeline.toml:{lines['vocabularies']}: tag.vocabularies: pipeline.toml: unsupported vocabulary format" in project.tarmim("check", expect=2).stderr


def test_an_invalid_vocabulary_is_reported_with_its_line(project):
    vocabulary = project.root / "faulty.csv"
    vocabulary.write_text("id,label,category,variants,gloss\na,اقتصاد,own,,\n,تجارة,own,,\n", encoding="utf-8")
    assert "faulty.csv:3: " in configured(project, "tag", "vocabularies", '["faulty.csv"]')


def test_a_missing_model_is_reported(project):
    assert "nowhere.model" in configured(project, "repair", "model", '"nowhere.model"')


def test_a_damaged_model_is_reported(project):
    """A truncated model must not pass for a smaller one."""
    (project.root / "damaged.model").write_bytes(b"tarmim?" * 100)
    assert "damaged.model" in configured(project, "repair", "model", '"damaged.model"')


def test_tables_are_not_written_into_the_input(project):
    line = project.configure("dataset", "output", f'"{project.input.name}"')
    assert f"pipeline.toml:{line}: dataset.output" in project.tarmim("run", expect=2).stderr
    assert "input folder" in project.tarmim("check", expect=2).stderr


def configured(project, table, key, value):
    """The message for a configuration with one error."""
    project.configure(table, key, value)
    return project.tarmim("check", expect=2).stderr


def test_errors_are_json_if_logs_are(project):
    project.configure("split", "max_tokens", "0")
    lines = project.tarmim("run", "--log-format", "json", expect=2).stderr.splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["error"]
    assert "max_tokens" in json.loads(lines[0])["message"]


@pytest.mark.parametrize(
    "arguments", [["run", "--frobnicate"], ["frobnicate"], ["run", "--limit", "many"], ["run", "--jobs", "0"], []]
)
def test_wrong_usage_exits_with_2(project, arguments):
    assert project.tarmim(*arguments, expect=2).stderr
    assert not project.output.exists()


def test_the_exit_code_is_right_even_if_nothing_can_be_printed(empty_project):
    """On a full disk the log is full too."""
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([PROGRAM, "check"], cwd=empty_project.root, stderr=full, stdout=subprocess.DEVNULL, check=False)
    assert done.returncode == 3


def test_check_reports_missing_input(empty_project):
    told = empty_project.tarmim("check", expect=3)
    assert empty_project.input.name in told.stderr
    assert not empty_project.output.exists()
