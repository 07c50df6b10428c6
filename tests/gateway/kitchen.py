"""A made-up proto with every kind of field and binding: the rules, seen apart from our own protos."""

import tempfile
from functools import cache
from pathlib import Path

import google.api.annotations_pb2
import grpc_tools
from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    duration_pb2,
    empty_pb2,
    field_mask_pb2,
    message_factory,
    struct_pb2,
    timestamp_pb2,
)
from grpc_tools import protoc

from gateway import options

# What the kitchen builds on must be in the pool before it.
NEEDED = (duration_pb2, empty_pb2, field_mask_pb2, struct_pb2, timestamp_pb2, options)

ROOT = Path(__file__).parents[2]
HEAD = """
syntax = "proto3";
package kitchen.v1;
import "google/api/annotations.proto";
import "google/api/field_behavior.proto";
import "google/api/resource.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/empty.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "rapport/access/v1/access.proto";
"""
KITCHEN = """
// Cooks.
service KitchenService {
  rpc GetDish(GetDishRequest) returns (Dish) {
    option (google.api.http) = {
      get: "/v1/{name=dishes/*}"
      additional_bindings { get: "/v1/plates/{plate}" }
    };
    option (rapport.access.v1.scope) = "dishes.read";
  }
  rpc CookDish(CookDishRequest) returns (Dish) {
    option (google.api.http) = {post: "/v1/{name=dishes/*}:cook" body: "*"};
    option (rapport.access.v1.scope) = "dishes.write";
  }
  rpc CreateDish(CreateDishRequest) returns (Dish) {
    option (google.api.http) = {post: "/v1/dishes" body: "dish"};
    option (rapport.access.v1.scope) = "dishes.write";
  }
  rpc UpdateDish(CreateDishRequest) returns (Dish) {
    option (google.api.http) = {patch: "/v1/{dish.name=dishes/*}" body: "dish"};
    option (rapport.access.v1.scope) = "dishes.write";
    option (rapport.access.v1.personal) = true;
  }
  rpc SearchDishes(SearchDishesRequest) returns (google.protobuf.Empty) {
    option (google.api.http) = {get: "/v1/dishes:search"};
    option (rapport.access.v1.scope) = "dishes.read";
  }
  rpc BurnDish(GetDishRequest) returns (Dish) {
    option (google.api.http) = {post: "/v1/{name=dishes/*}:burn" body: "*"};
    option (rapport.access.v1.planned) = true;
  }
  rpc Tidy(google.protobuf.Empty) returns (google.protobuf.Empty);
}
enum Taste { TASTE_UNSPECIFIED = 0; SWEET = 1; SALTY = 2; }
message Dish {
  option (google.api.resource) = {type: "kitchen/Dish" pattern: "dishes/{dish}"};
  string name = 1;
  Taste taste = 2;
  repeated Taste tastes = 3;
  int32 small = 4;
  int64 big = 5;
  uint32 plain = 6;
  uint64 huge = 7;
  double weight = 8;
  float share = 9;
  bool hot = 10;
  bytes photo = 11;
  google.protobuf.Timestamp cook_time = 12;
  google.protobuf.Duration rest = 13;
  google.protobuf.FieldMask mask = 14;
  repeated string notes = 15;
  repeated Dish sides = 16;
  Dish main_dish = 17;
  map<string, int64> counts = 18;
  map<bool, Dish> moods = 19;
  map<int32, google.protobuf.Duration> rests = 20;
  oneof served { string plate = 21; Dish bowl = 22; }
  optional string chef = 23;
  optional int64 stars = 24;
  bytes recipe = 25 [(rapport.access.v1.json) = OBJECT];
  bytes steps = 26 [(rapport.access.v1.json) = ARRAY];
  bytes secret = 27 [(rapport.access.v1.json) = ANY];
  repeated google.protobuf.Timestamp eaten_times = 28;
  string etag = 29 [(google.api.field_behavior) = OUTPUT_ONLY];
  repeated bytes recipes = 30 [(rapport.access.v1.json) = OBJECT];
}
message GetDishRequest { string name = 1; string plate = 2; }
message CookDishRequest {
  string name = 1 [(google.api.field_behavior) = REQUIRED];
  int32 minutes = 2;
  string request_id = 3;
}
message CreateDishRequest {
  Dish dish = 1 [(google.api.field_behavior) = REQUIRED];
  google.protobuf.FieldMask update_mask = 2;
  string request_id = 3;
  bool dry_run = 4;
}
message SearchDishesRequest {
  string text = 1 [(google.api.field_behavior) = REQUIRED];
  repeated string notes = 2;
  Taste taste = 3;
  Dish like = 4;
  google.protobuf.Timestamp start_time = 5;
  bool hot = 6;
  double weight = 7;
  int64 big = 8;
  repeated Taste tastes = 9;
  map<string, int64> counts = 10;
  bytes recipe = 11 [(rapport.access.v1.json) = OBJECT];
}
message Loose { google.protobuf.Struct anything = 1; }
"""


@cache
def kitchen():
    """The file of the kitchen's proto, in the default pool."""
    return compiled(KITCHEN, "kitchen/v1/kitchen.proto")


def message(name):
    """The class of one of its messages."""
    return message_factory.GetMessageClass(kitchen().message_types_by_name[name])


def service_of(binding, *, package, more=""):
    """A service with one method, to be refused or not."""
    scope = "" if package == "unscoped" else 'option (rapport.access.v1.scope) = "a.read";'
    source = f"""
      service Odd {{
        rpc Do(GetDishRequest) returns (Dish) {{ option (google.api.http) = {{{binding}}}; {scope} {more} }}
      }}
      message Dish {{ string name = 1; }}
      message GetDishRequest {{ string name = 1; Dish dish = 2; int32 n = 3; }}
    """
    file = compiled(source, f"{package}.proto", head=HEAD.replace("kitchen.v1", package))
    return file.services_by_name["Odd"]


def compiled(source, name, head=HEAD):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(head + source)
        common = Path(google.api.annotations_pb2.__file__).parents[2]
        well_known = Path(grpc_tools.__file__).parent / "_proto"
        made = Path(folder) / "set.binpb"
        folders = [f"-I{each}" for each in (folder, ROOT / "protos", common, well_known)]
        assert protoc.main(["protoc", *folders, f"--descriptor_set_out={made}", name]) == 0
        (file,) = descriptor_pb2.FileDescriptorSet.FromString(made.read_bytes()).file
    return descriptor_pool.Default().AddSerializedFile(file.SerializeToString())
