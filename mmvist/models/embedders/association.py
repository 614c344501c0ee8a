"""The embedder of TrackR-CNN: one linear layer on what the box head sees."""

from collections.abc import Sequence

from mmdet.structures import TrackDataSample
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmvist.models.detectors import DetectorLoss
from mmvist.registry import MODELS
from mmvist.structures.frames import Frame
from mmvist.structures.instances import Instances


@MODELS.register_module()
class AssociationEmbedder(BaseModule):
    """Association vectors of regions (Voigtlaender et al. 2019, 4).

    The detector's shared head has made the features already, and hands them on as the column `region_features`.

    Args:
        in_channels: Channels of the shared head.
        loss: Config of the loss over all positive regions of the clips.
        channels: Numbers of an association vector.
        init_cfg: Initial weights.
    """

    def __init__(self, in_channels: int, loss: dict, channels: int = 128, init_cfg: dict | None = None) -> None:
        # The authors' code leaves it to its default: normal, of variance two over the inputs.
        super().__init__(init_cfg=init_cfg or {'type': 'Kaiming', 'layer': 'Linear', 'mode': 'fan_in'})
        self.fc = nn.Linear(in_channels, channels)
        self.loss_association = MODELS.build(loss)

    def forward(self, frame: Frame, detections: Instances) -> tuple[Frame, Instances]:
        """Add `embeds` to the detections of one frame."""
        return frame, detections.replace(embeds=self._embed(detections))

    def loss(self, trained: DetectorLoss, clips: Sequence[TrackDataSample]) -> dict[str, Tensor]:
        """Compare the positive regions of all key frames of a clip.

        Args:
            trained: What the detector trained on: N * T frames.
            clips: N clips of T frames.

        Returns:
            `loss_association`.
        """
        regions, origins = trained.key_regions(clips)
        return {'loss_association': self.loss_association(self._embed(regions), regions.labels, regions.ids, origins)}

    def _embed(self, regions: Instances) -> Tensor:
        if 'region_features' not in regions:
            raise ValueError('AssociationEmbedder needs the column region_features, which detectors whose RoI head has '
                             f'a shared head give; this one gives {", ".join(regions.columns)}')
        return self.fc(regions.region_features).float()
