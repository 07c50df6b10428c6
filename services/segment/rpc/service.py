"""The door: each method is answered by the room that knows its resource."""

from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from rapport.segment.v1 import resources_pb2, segment_pb2_grpc
from rapport.segment.v1 import segment_pb2 as pb

from chassis.clock import Clock
from chassis.db import Database
from chassis.workspaces import Workspaces
from services.segment.rpc.lists import Lists
from services.segment.rpc.members import Members
from services.segment.rpc.segments import Segments
from services.segment.rpc.versions import Versions

Context = grpc.aio.ServicerContext[Any, Any]


class SegmentService(segment_pb2_grpc.SegmentServiceServicer):
    def __init__(self, db: Database, workspaces: Workspaces, clock: Clock) -> None:
        self.segments = Segments(db, clock)
        self.versions = Versions(db, workspaces, clock)
        self.members = Members(db, workspaces, clock)
        self.lists = Lists(db, workspaces, clock)

    async def CreateSegment(self, request: pb.CreateSegmentRequest, _: Context) -> resources_pb2.Segment:
        return await self.segments.create(request)

    async def GetSegment(self, request: pb.GetSegmentRequest, _: Context) -> resources_pb2.Segment:
        return await self.segments.get(request)

    async def ListSegments(self, request: pb.ListSegmentsRequest, _: Context) -> pb.ListSegmentsResponse:
        return await self.segments.page(request)

    async def UpdateSegment(self, request: pb.UpdateSegmentRequest, _: Context) -> resources_pb2.Segment:
        return await self.segments.update(request)

    async def DeleteSegment(self, request: pb.DeleteSegmentRequest, _: Context) -> Empty:
        return await self.segments.delete(request)

    async def PublishSegment(self, request: pb.PublishSegmentRequest, _: Context) -> resources_pb2.Segment:
        return await self.versions.publish(request)

    async def RollbackSegment(self, request: pb.RollbackSegmentRequest, _: Context) -> resources_pb2.Segment:
        return await self.versions.rollback(request)

    async def CompareSegment(
        self, request: pb.CompareSegmentRequest, _: Context
    ) -> pb.CompareSegmentResponse:
        return await self.versions.compare(request)

    async def GetSegmentVersion(
        self, request: pb.GetSegmentVersionRequest, _: Context
    ) -> resources_pb2.SegmentVersion:
        return await self.versions.get(request)

    async def ListSegmentVersions(
        self, request: pb.ListSegmentVersionsRequest, _: Context
    ) -> pb.ListSegmentVersionsResponse:
        return await self.versions.page(request)

    async def PreviewCondition(
        self, request: pb.PreviewConditionRequest, _: Context
    ) -> pb.PreviewConditionResponse:
        return await self.versions.preview(request)

    async def CountMembers(self, request: pb.CountMembersRequest, _: Context) -> pb.CountMembersResponse:
        return await self.members.count(request)

    async def ListMembers(self, request: pb.ListMembersRequest, _: Context) -> pb.ListMembersResponse:
        return await self.members.page(request)

    async def ListMemberships(
        self, request: pb.ListMembershipsRequest, _: Context
    ) -> pb.ListMembershipsResponse:
        return await self.members.memberships(request)

    async def ExplainMembership(
        self, request: pb.ExplainMembershipRequest, _: Context
    ) -> resources_pb2.MembershipExplanation:
        return await self.members.explain(request)

    async def ListMembershipChanges(
        self, request: pb.ListMembershipChangesRequest, _: Context
    ) -> pb.ListMembershipChangesResponse:
        return await self.members.changes(request)

    async def CreateCustomerList(
        self, request: pb.CreateCustomerListRequest, _: Context
    ) -> resources_pb2.CustomerList:
        return await self.lists.create(request)

    async def GetCustomerList(
        self, request: pb.GetCustomerListRequest, _: Context
    ) -> resources_pb2.CustomerList:
        return await self.lists.get(request)

    async def ListCustomerLists(
        self, request: pb.ListCustomerListsRequest, _: Context
    ) -> pb.ListCustomerListsResponse:
        return await self.lists.page(request)

    async def UpdateCustomerList(
        self, request: pb.UpdateCustomerListRequest, _: Context
    ) -> resources_pb2.CustomerList:
        return await self.lists.update(request)

    async def DeleteCustomerList(self, request: pb.DeleteCustomerListRequest, _: Context) -> Empty:
        return await self.lists.delete(request)

    async def AddCustomers(self, request: pb.AddCustomersRequest, _: Context) -> resources_pb2.CustomerList:
        return await self.lists.add(request)

    async def RemoveCustomers(
        self, request: pb.RemoveCustomersRequest, _: Context
    ) -> resources_pb2.CustomerList:
        return await self.lists.remove(request)

    async def ListListedCustomers(
        self, request: pb.ListListedCustomersRequest, _: Context
    ) -> pb.ListListedCustomersResponse:
        return await self.lists.customers(request)
