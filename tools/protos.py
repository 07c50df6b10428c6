"""Generates `gen/` from `protos/`: messages, stubs, and the descriptor set that is the gateway's map.

Run by `make protos`. `--check` generates into a temporary folder and fails when `gen/` differs.
"""

import argparse
import filecmp
import shutil
import sys
import tempfile
from pathlib import Path

import google.api.annotations_pb2
import grpc_tools
from google.protobuf import descriptor_pb2, descriptor_pool, duration_pb2, field_mask_pb2, timestamp_pb2
from grpc_tools import protoc
from protovalidate._gen.buf.validate import validate_pb

ROOT = Path(__file__).parent.parent
PROTOS = ROOT / "protos"
VALIDATE = "buf/validate/validate.proto"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true", help="fail when gen/ is stale")
    if not arguments.parse_args().check:
        shutil.rmtree(ROOT / "gen", ignore_errors=True)
        generate(ROOT / "gen")
        return 0
    with tempfile.TemporaryDirectory() as fresh:
        generate(Path(fresh))
        stale = differences(Path(fresh), ROOT / "gen")
    for path in stale:
        print(f"gen/{path} is stale; run `make protos` and commit the result.", file=sys.stderr)
    return 1 if stale else 0


def generate(out: Path) -> None:
    """Writes everything that follows from the protos into *out*."""
    out.mkdir(exist_ok=True)
    sources = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))
    services = [source for source in sources if "\nservice " in (PROTOS / source).read_text()]
    with tempfile.TemporaryDirectory() as folder:
        rules = Path(folder) / "validate.binpb"
        rules.write_bytes(validation_rules().SerializeToString())
        compile_protos(rules, f"--python_out={out}", f"--pyi_out={out}", *sources, VALIDATE)
        compile_protos(rules, f"--grpc_python_out={out}", *services)
        compile_protos(
            rules,
            "--include_imports",
            "--include_source_info",
            f"--descriptor_set_out={out / 'descriptors.binpb'}",
            *sources,
        )


def compile_protos(rules: Path, *arguments: str) -> None:
    common = Path(google.api.annotations_pb2.__file__).parents[2]
    well_known = Path(grpc_tools.__file__).parent / "_proto"
    folders = [f"-I{folder}" for folder in (PROTOS, common, well_known)]
    command = ["protoc", *folders, f"--descriptor_set_in={rules}", *arguments]
    if protoc.main(command) != 0:
        raise SystemExit("protoc refused the protos; its words stand above.")


def validation_rules() -> descriptor_pb2.FileDescriptorSet:
    """buf.validate as a descriptor set: the wheel of protovalidate carries it, but not as a .proto file."""
    rules = descriptor_pb2.FileDescriptorSet()
    known = descriptor_pool.Default()
    for module in (descriptor_pb2, duration_pb2, field_mask_pb2, timestamp_pb2):
        known.FindFileByName(module.DESCRIPTOR.name).CopyToProto(rules.file.add())
    rules.file.append(descriptor_pb2.FileDescriptorProto.FromString(validate_pb.desc().proto.to_binary()))
    return rules


def differences(fresh: Path, committed: Path) -> list[str]:
    """Paths, relative to both folders, that are not the same file in each."""
    names = {
        str(path.relative_to(folder))
        for folder in (fresh, committed)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    _, changed, missing = filecmp.cmpfiles(fresh, committed, sorted(names), shallow=False)
    return sorted(changed + missing)


if __name__ == "__main__":
    sys.exit(main())
