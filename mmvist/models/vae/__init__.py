"""VIST-VAE: an encoder, and the decoders and heads of its three branches."""

from mmvist.models.vae.decoders import FutureFrameDecoder, PyramidDecoder
from mmvist.models.vae.encoder import ObservationEncoder
from mmvist.models.vae.proposal_head import ProposalHead

__all__ = ['FutureFrameDecoder', 'ObservationEncoder', 'ProposalHead', 'PyramidDecoder']
