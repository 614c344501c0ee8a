"""Association vectors: one linear layer, and which regions its loss compares."""

import pytest
import torch

from mmvist.models.detectors import DetectorLoss
from mmvist.models.embedders import AssociationEmbedder
from mmvist.models.losses import Embedded, batch_hard_triplet
from mmvist.structures.instances import Instances
from tests.models.builders import clip


def regions(seed, ids, labels, features=6):
    generator = torch.Generator().manual_seed(seed)
    return Instances(bboxes=torch.zeros(len(ids), 4), labels=torch.tensor(labels), ids=torch.tensor(ids),
                     region_features=torch.rand(len(ids), features, generator=generator))


@pytest.fixture
def embedder():
    torch.manual_seed(0)
    built = AssociationEmbedder(6, dict(type='BatchHardTriplet', margin=1.0), channels=3)
    built.init_weights()
    return built


def test_a_vector_is_a_linear_function_of_the_features(embedder):
    some = regions(0, [1, 2], [0, 0])
    frame = object()
    same, embedded = embedder(frame, some)
    assert same is frame
    torch.testing.assert_close(embedded.embeds, some.region_features @ embedder.fc.weight.T)


def test_no_detection(embedder):
    none = regions(0, [1], [0])[:0]
    assert embedder(None, none)[1].embeds.shape == (0, 3)


def test_frames_of_a_clip_are_compared_and_those_of_another_are_not(embedder):
    # Two clips of two frames; the second frame of the second clip is not key.
    frames = [regions(1, [1, 2], [0, 0]), regions(2, [1, 1, 3], [0, 0, 0]), regions(3, [1, 2, 5], [0, 0, 1]), None]
    clips = [clip([True] * 2)['data_samples'] for _ in range(2)]
    loss = embedder.loss(DetectorLoss({}, {}, frames, []), clips)
    together = Instances.cat(frames[:3])
    origins = torch.tensor([[0, 9]] * 5 + [[1, 9]] * 3)
    compared = Embedded(embedder.fc(together.region_features), together.labels, together.ids, origins)
    expected = batch_hard_triplet(compared, compared, 1.0)
    assert set(loss) == {'loss_association'}
    assert loss['loss_association'].item() == pytest.approx(expected.item()) != 0


def test_a_detector_without_a_shared_head_is_refused(embedder):
    some = Instances(bboxes=torch.zeros(1, 4), labels=torch.zeros(1, dtype=torch.long))
    with pytest.raises(ValueError, match='needs the column region_features.* gives bboxes, labels'):
        embedder(None, some)
