"""Lays the picture of the flows out: boxes in lanes, arrows between them, in whole pixels.

An arrow over more than one lane gets a passage between the boxes of each lane on its way, shared by
the arrows of one kind from one box.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from baseline.report.flow_map import LANES
from baseline.report.model import Flow, Stop

WIDTH, BOX, HEIGHT, PASSAGE, GAP, TOP = 1180, 214, 46, 4, 12, 46
STEP = (WIDTH - BOX) // (len(LANES) - 1)
HEAD = 7  # length of an arrow's head
LABEL_LENGTH, NOTE_LENGTH = 27, 33
SWEEPS = 8


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


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in a lane: a box, or a passage of arrows."""

    lane: int
    key: tuple[str, ...]

    @property
    def height(self) -> int:
        return HEIGHT if len(self.key) == 1 else PASSAGE


def draw(stops: Sequence[Stop], flows: Sequence[Flow]) -> Drawing:
    """Lay stops and flows out, the lanes centered beside the longest one."""
    places = {stop.id: stop for stop in stops}
    ways = [_way(flow, places) for flow in flows]
    lanes = _untangled([_slots(lane, stops, ways) for lane in range(len(LANES))], ways)
    tops, height = _tops(lanes)
    ends = _ends(ways, tops)
    return Drawing(
        lanes=tuple((name, lane * STEP) for lane, name in enumerate(LANES)),
        boxes=tuple(_box(stop, tops[_Slot(stop.lane, (stop.id,))]) for stop in stops),
        arrows=tuple(
            Arrow(flow=flow, path=_curve(way, tops, ends[index]))
            for index, (flow, way) in enumerate(zip(flows, ways, strict=True))
        ),
        width=WIDTH,
        height=height,
    )


def _box(stop: Stop, top: int) -> Box:
    return Box(
        stop=stop,
        x=stop.lane * STEP,
        y=top,
        label=_fitting(stop.label, LABEL_LENGTH),
        note=_fitting(stop.note, NOTE_LENGTH),
    )


def _fitting(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip(' ,')}…"


def _way(flow: Flow, places: dict[str, Stop]) -> list[_Slot]:
    """Give the slots that an arrow goes through, both ends included."""
    source, target = places[flow.source], places[flow.target]
    passed = range(source.lane + 1, target.lane)
    return [
        _Slot(source.lane, (source.id,)),
        *(_Slot(lane, (source.id, flow.kind)) for lane in passed),
        _Slot(target.lane, (target.id,)),
    ]


def _slots(lane: int, stops: Sequence[Stop], ways: Iterable[list[_Slot]]) -> list[_Slot]:
    boxes = [_Slot(lane, (stop.id,)) for stop in stops if stop.lane == lane]
    passages = [slot for way in ways for slot in way[1:-1] if slot.lane == lane]
    return [*boxes, *dict.fromkeys(passages)]


def _untangled(lanes: list[list[_Slot]], ways: Sequence[list[_Slot]]) -> list[list[_Slot]]:
    """Order each lane by where its neighbors stand, so that few arrows cross; the first one stays."""
    before: dict[_Slot, list[_Slot]] = {}
    after: dict[_Slot, list[_Slot]] = {}
    for way in ways:
        for left, right in pairwise(way):
            before.setdefault(right, []).append(left)
            after.setdefault(left, []).append(right)
    ranks = {slot: rank for lane in lanes for slot, rank in _ranked(lane)}
    best = (_crossings(ways, ranks), [list(lane) for lane in lanes])
    for sweep in range(SWEEPS):
        for lane in lanes[1:]:
            neighbors = before if sweep % 2 == 0 else after
            middle = {slot: _middle(neighbors.get(slot, ()), ranks, ranks[slot]) for slot in lane}
            lane.sort(key=lambda slot: (middle[slot], slot.key))
            ranks.update(_ranked(lane))
        crossings = _crossings(ways, ranks)
        if crossings < best[0]:
            best = (crossings, [list(lane) for lane in lanes])
    return best[1]


def _crossings(ways: Sequence[list[_Slot]], ranks: dict[_Slot, float]) -> int:
    """Count the arrows that cross between two lanes."""
    steps = {step for way in ways for step in pairwise(way)}
    return sum(
        (ranks[one[0]] - ranks[other[0]]) * (ranks[one[1]] - ranks[other[1]]) < 0
        for one, other in combinations(steps, 2)
        if one[0].lane == other[0].lane
    )


def _ranked(lane: list[_Slot]) -> list[tuple[_Slot, float]]:
    return [(slot, (row + 0.5) / len(lane)) for row, slot in enumerate(lane)]


def _middle(slots: Sequence[_Slot], ranks: dict[_Slot, float], otherwise: float) -> float:
    return sum(ranks[slot] for slot in slots) / len(slots) if slots else otherwise


def _tops(lanes: Sequence[Sequence[_Slot]]) -> tuple[dict[_Slot, int], int]:
    """Give the upper edge of each slot, and the height of the whole."""
    heights = [sum(slot.height + GAP for slot in lane) for lane in lanes]
    tops = {}
    for lane, height in zip(lanes, heights, strict=True):
        y = TOP + (max(heights) - height) // 2
        for slot in lane:
            tops[slot] = y
            y += slot.height + GAP
    return tops, TOP + max(heights, default=0)


def _ends(ways: Sequence[list[_Slot]], tops: dict[_Slot, int]) -> dict[int, tuple[int, int]]:
    """Give the heights at which each arrow leaves and arrives: spread over the edges of its boxes."""
    leaving, arriving = _spread(ways, tops, end=0), _spread(ways, tops, end=-1)
    return {index: (leaving[index], arriving[index]) for index in range(len(ways))}


def _spread(ways: Sequence[list[_Slot]], tops: dict[_Slot, int], *, end: int) -> dict[int, int]:
    """Spread the arrows of each box over its edge, in the order of where they go or come from."""
    toward = 1 if end == 0 else -2
    groups: dict[_Slot, dict[_Slot, list[int]]] = {}
    for index, way in enumerate(ways):
        groups.setdefault(way[end], {}).setdefault(way[toward], []).append(index)
    heights = {}
    for slot, neighbors in groups.items():
        ordered = sorted(neighbors, key=lambda neighbor: (tops[neighbor], neighbor.key))
        for row, neighbor in enumerate(ordered):
            y = tops[slot] + round(HEIGHT * (row + 1) / (len(ordered) + 1))
            heights.update(dict.fromkeys(neighbors[neighbor], y))
    return heights


def _curve(way: Sequence[_Slot], tops: dict[_Slot, int], ends: tuple[int, int]) -> str:
    """Draw an arrow: curves between the lanes, straight lines through the passages."""
    x, y = way[0].lane * STEP + BOX, ends[0]
    path = f"M{x} {y}"
    for slot in way[1:]:
        last = slot is way[-1]
        left = slot.lane * STEP - (HEAD if last else 0)
        height = ends[1] if last else tops[slot] + PASSAGE // 2
        bend = (left - x) // 2
        path += f"C{x + bend} {y} {left - bend} {height} {left} {height}"
        x, y = left + BOX, height
        path += "" if last else f"H{x}"
    return path
