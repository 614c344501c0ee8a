"""Identity scores (Ristani et al., ECCV Workshops 2016): how much of each object one and the same id covers."""

import operator
from dataclasses import dataclass

import numpy as np

from mmvist.evaluation.functional.similarity import VideoSimilarity

MATCH_THRESHOLD = 0.5


@dataclass(frozen=True)
class IdentityCounts:
    """What the scores are made of; counts of several videos or classes add up.

    Attributes:
        idtp: Objects, counted once for each frame, that are found by the one result track that stands for them.
        idfn: Objects that are not.
        idfp: Results that do not find the one object they stand for.
    """

    idtp: int = 0
    idfn: int = 0
    idfp: int = 0

    def __add__(self, other: 'IdentityCounts') -> 'IdentityCounts':
        return IdentityCounts(*map(operator.add, vars(self).values(), vars(other).values()))

    def scores(self) -> dict[str, float | int]:
        """Shares as floats, 0 where they are of nothing, and counts as ints."""
        objects, found = self.idtp + self.idfn, self.idtp + self.idfp
        return {'IDF1': 2 * self.idtp / max(objects + found, 1), 'IDR': self.idtp / max(objects, 1),
                'IDP': self.idtp / max(found, 1), 'IDTP': self.idtp, 'IDFN': self.idfn, 'IDFP': self.idfp}


def count_identity(similarity: VideoSimilarity) -> IdentityCounts:
    """Let one result track, or none, stand for each object of one class in one video, so that most frames agree.

    Args:
        similarity: Of one label, without the results that are to be ignored.
    """
    # TrackEval forgives the last bit in its other scores, but not here.
    alike = similarity.values >= MATCH_THRESHOLD
    objects = np.unique(similarity.gt_ids[similarity.gt_rows[alike]], return_inverse=True)[1]
    tracks = np.unique(similarity.ids[similarity.rows[alike]], return_inverse=True)[1]
    idtp = _most_frames(objects, tracks) if len(objects) else 0
    return IdentityCounts(idtp, len(similarity.gt_ids) - idtp, len(similarity.ids) - idtp)


def _most_frames(objects: np.ndarray, tracks: np.ndarray) -> int:
    """Most meetings of objects with tracks when each is given one of the other at most.

    Of thousands of each only few ever meet, hence the sparse solver.

    Args:
        objects: (M,) number, 0..G-1, of the object of each meeting.
        tracks: (M,) number, 0..P-1, of the track it meets.
    """
    # Here, as they take long to import, and much memory.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    num_objects, num_tracks = int(objects.max()) + 1, int(tracks.max()) + 1
    # The solver gives a partner to every object: behind the tracks there is one of its own for each, worth nothing.
    own = np.arange(num_objects)
    # Older versions of it want 32 bits.
    rows = np.concatenate([objects, own]).astype(np.int32)
    columns = np.concatenate([tracks, num_tracks + own]).astype(np.int32)
    # What occurs several times is added up here.
    frames = coo_array((np.ones(len(rows), np.int64), (rows, columns)), (num_objects, num_tracks + num_objects)).tocsr()
    # It knows no edges of weight 0: all weigh 1 more than they are worth.
    frames.data += frames.indices < num_tracks
    chosen = min_weight_full_bipartite_matching(frames, maximize=True)
    return int(frames[chosen].sum()) - num_objects
