"""Lays the picture of the flows out: boxes in lanes, arrows between them, in whole pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from baseline.report.flow_map import LANES
from baseline.report.model import Flow, Stop

WIDTH, BOX, HEIGHT, GAP, TOP = 1180, 214, 46, 12, 46
LABEL_LENGTH, NOTE_LENGTH = 27, 34


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """A stop at its place; ``label`` and ``note`` are as long as fits."""

    stop: Stop
    x: int
    y: int
    label: str
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrow:
    """A flow as a curve."""

    flow: Flow
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawing:
    """The picture: lanes with their left edge, boxes, arrows, and its size."""

    lanes: tuple[tuple[str, int], ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    width: int
    height: int
    box_width: int = BOX
    box_height: int = HEIGHT


def draw(stops: Sequence[Stop], flows: Sequence[Flow]) -> Drawing:
    """Lay stops and flows out, the lanes centered beside the longest one."""
    lanes = [[stop for stop in stops if stop.lane == lane] for lane in range(len(LANES))]
    lanes = _untangled(lanes, flows)
    longest = max(map(len, lanes), default=0)
    step = (WIDTH - BOX) // (len(LANES) - 1)
    boxes = {
        stop.id: Box(
            stop=stop,
            x=lane * step,
            y=TOP + round((row + (longest - len(members)) / 2) * (HEIGHT + GAP)),
            label=_fitting(stop.label, LABEL_LENGTH),
            note=_fitting(stop.note, NOTE_LENGTH),
        )
        for lane, members in enumerate(lanes)
        for row, stop in enumerate(members)
    }
    return Drawing(
        lanes=tuple((name, lane * step) for lane, name in enumerate(LANES)),
        boxes=tuple(boxes.values()),
        arrows=_arrows(boxes, flows),
        width=WIDTH,
        height=TOP + longest * (HEIGHT + GAP),
    )


def _untangled(lanes: list[list[Stop]], flows: Sequence[Flow]) -> list[list[Stop]]:
    """Order each lane by where its neighbors stand, so that few arrows cross; the first one stays."""
    places = {stop.id: row / max(len(lane), 1) for lane in lanes for row, stop in enumerate(lane)}
    for _ in range(4):
        for index, lane in enumerate(lanes):
            if index:
                lane.sort(key=lambda stop: _weight(stop.id, flows, places))
            places.update({stop.id: row / len(lane) for row, stop in enumerate(lane)})
    return lanes


def _weight(stop: str, flows: Sequence[Flow], places: dict[str, float]) -> float:
    """Give the middle of the places that arrows come from."""
    sources = [places[flow.source] for flow in flows if flow.target == stop]
    return sum(sources) / len(sources) if sources else places[stop]


def _arrows(boxes: dict[str, Box], flows: Sequence[Flow]) -> tuple[Arrow, ...]:
    """Draw each arrow from a place of its own at the right edge to one at the left edge."""
    out, into = _ends(boxes, flows, outgoing=True), _ends(boxes, flows, outgoing=False)
    arrows = []
    for index, flow in enumerate(flows):
        source, target = boxes[flow.source], boxes[flow.target]
        x1, y1 = source.x + BOX, source.y + out[index]
        x2, y2 = target.x - 7, target.y + into[index]
        bend = max(30, (x2 - x1) // 2)
        arrows.append(
            Arrow(flow=flow, path=f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}")
        )
    return tuple(arrows)


def _ends(boxes: dict[str, Box], flows: Sequence[Flow], *, outgoing: bool) -> dict[int, int]:
    """Spread the arrows of each box over its edge, in the order of their other ends."""
    groups: dict[str, list[int]] = {}
    for index, flow in enumerate(flows):
        groups.setdefault(flow.source if outgoing else flow.target, []).append(index)
    ends = {}
    for group in groups.values():
        group.sort(key=lambda index: _other_end(boxes, flows[index], outgoing=outgoing))
        for row, index in enumerate(group):
            ends[index] = round(HEIGHT * (row + 1) / (len(group) + 1))
    return ends


def _other_end(boxes: dict[str, Box], flow: Flow, *, outgoing: bool) -> int:
    return boxes[flow.target if outgoing else flow.source].y


def _fitting(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip(' ,')}…"
