"""OC-SORT's re-update, momentum and recovery."""

import numpy as np
import pytest
import torch

from mmvist.structures.instances import Instances
from mmvist.tracking import AreaKalmanFilter, BoxIoU, Heading, ObservationCentricFilter
from tests.tracking.toys import boxes, frame


def one(x, y=0., size=10.):
    bboxes = torch.tensor([[x, y, x + size, y + size]])
    return Instances(bboxes=bboxes, scores=torch.tensor([.8]), labels=torch.tensor([0]))


def follow(part, seen, until):
    """A track measured at `seen` frame -> detection, predicted for frame `until`."""
    state, tracks, last = part.init(), None, None
    for index in range(until + 1):
        if tracks is not None:
            state, tracks = part.predict(state, tracks.replace(gaps=torch.tensor([index - last])), frame(index))
        if index in seen:
            columns = part.start(seen[index], frame(index)) if tracks is None else part.correct(tracks, seen[index],
                                                                                               frame(index))
            tracks, last = seen[index].only(['bboxes']).replace(**columns), index
            state = index
    return tracks


def test_a_track_found_again_is_filtered_along_the_line():
    places = {0: 0., 1: 2., 2: 4., 3: 6., 7: 30.}
    found = follow(ObservationCentricFilter(), {index: one(x) for index, x in places.items()}, 7)
    # The same boxes, six pixels apart, given to SORT's filter frame by frame.
    every = {**places, 4: 12., 5: 18., 6: 24.}
    plain = follow(AreaKalmanFilter(), {index: one(x) for index, x in every.items()}, 7)
    assert torch.allclose(found.motion, plain.motion, rtol=1e-9)
    assert torch.allclose(found.spread, plain.spread, rtol=1e-9)
    lost = follow(AreaKalmanFilter(), {index: one(x) for index, x in places.items()}, 7)
    assert not torch.allclose(lost.spread, plain.spread, rtol=.1)


def test_a_track_never_lost_is_filtered_as_sort_does():
    seen = {index: one(3. * index, size=10. + index) for index in range(6)}
    found, plain = follow(ObservationCentricFilter(), seen, 5), follow(AreaKalmanFilter(), seen, 5)
    assert torch.equal(found.motion, plain.motion)
    assert torch.equal(found.spread, plain.spread)


def test_two_tracks_lost_for_different_times_do_not_meet():
    part = ObservationCentricFilter()
    seen = [{0: one(0.), 1: one(1.), 5: one(9.)}, {0: one(50., 9.), 4: one(40.), 5: one(41., 3.)}]
    alone = [follow(part, some, 5) for some in seen]
    before = [follow(part, {index: box for index, box in some.items() if index < 5}, 5) for some in seen]
    tracks = Instances.cat([track.replace(gaps=torch.tensor([gap])) for track, gap in zip(before, (4, 1), strict=True)])
    together = part.correct(tracks, Instances.cat([some[5] for some in seen]), frame(5))
    for name, column in together.items():
        assert torch.allclose(column, torch.cat([getattr(track, name) for track in alone])), name


# Centre x by frame; where a heading is drawn from at frame 6, with a window of three frames.
@pytest.mark.parametrize(('places', 'anchor'), [
    ({2: 2., 3: 3., 4: 4., 5: 5.}, 3.),             # three frames ago
    ({2: 2., 4: 4., 5: 5.}, 4.),                    # the oldest within three frames
    ({1: 1., 2: 2.}, 2.),                           # nothing within: the last one
    ({5: 5.}, 5.)])
def test_headings_are_drawn_from_within_the_window(places, anchor):
    part = ObservationCentricFilter(window=3)
    tracks = follow(part, {index: one(x - 5) for index, x in places.items()}, 6)
    assert tracks.anchors.tolist() == [[anchor, 5.]]
    columns = part.correct(tracks.replace(gaps=torch.tensor([6 - max(places)])), one(anchor - 5 + 3, 4.), frame(6))
    assert columns['heading'][0].tolist() == pytest.approx([.6, .8], abs=1e-6)


def test_the_heading_cue():
    tracks = Instances(anchors=torch.tensor([[10., 10.]] * 2, dtype=torch.float64),
                       heading=torch.tensor([[1., 0], [0, 0]], dtype=torch.float64))
    # Centres ahead, to the side, behind, and at 45 degrees.
    centres = np.array([[20., 10], [10, 40], [0, 10], [14, 14]])
    found = boxes(*[(0, 0, .5)] * 4).replace(bboxes=torch.tensor(np.concatenate([centres - 5, centres + 5], 1)))
    affinity = Heading(weight=.2)(tracks, found)
    assert affinity[0].tolist() == [0] * 4
    assert affinity[1].tolist() == pytest.approx([.05, 0, -.05, .025], abs=1e-4)
    assert affinity[2].tolist() == pytest.approx([0] * 4)          # unknown


def test_recovery_looks_where_a_track_was_last_seen():
    tracks = follow(ObservationCentricFilter(), {0: one(0.), 1: one(8.)}, 4)
    assert tracks.bboxes[0, 0] > 15
    assert BoxIoU(observed=True)(tracks, one(8.)).tolist() == [[0.], [1.]]
    assert BoxIoU()(tracks, one(8.))[1].item() < .3
