"""What an update writes."""

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.field_mask_pb2 import FieldMask

from chassis.errors import Invalid
from chassis.masks import changed

WRITABLE = {"name", "package", "options.java_package", "options.go_package", "dependency"}
FILE = FileDescriptorProto(name="", options={"go_package": "go"}, dependency=[])


def test_an_absent_mask_means_what_is_set():
    assert ["name", "options.go_package"] == changed(FieldMask(), FILE, WRITABLE)


def test_a_mask_writes_what_it_names_even_when_it_is_not_set():
    assert ["dependency", "package"] == changed(FieldMask(paths=["package", "dependency"]), FILE, WRITABLE)


def test_a_star_means_every_writable_field():
    assert sorted(WRITABLE) == changed(FieldMask(paths=["*"]), FILE, WRITABLE)


def test_the_name_of_a_message_means_all_that_is_writable_in_it():
    assert ["options.go_package", "options.java_package"] == changed(
        FieldMask(paths=["options"]), FILE, WRITABLE
    )


def test_what_is_named_twice_is_written_once():
    assert ["name"] == changed(FieldMask(paths=["name", "name"]), FILE, WRITABLE)


@pytest.mark.parametrize("path", ["syntax", "nonsense", "", "name.first", "opt", "options.deprecated"])
def test_a_field_that_cannot_be_written_is_refused_by_name(path):
    with pytest.raises(Invalid) as refusal:
        changed(FieldMask(paths=["name", path]), FILE, WRITABLE)
    assert "FIELD_NOT_WRITABLE" == refusal.value.reason
    assert [f"update_mask.{path}"] == [each.field for each in refusal.value.violations]
