"""Losses, one a file: the function and the registered class around it."""

from mmvist.models.losses.balanced_bce import BalancedBCE, balanced_bce
from mmvist.models.losses.batch_hard_triplet import BatchHardTriplet, Embedded, batch_hard_triplet
from mmvist.models.losses.cosine_softmax import CosineSoftmax, cosine_softmax
from mmvist.models.losses.discriminative import DiscriminativeLoss, discriminative_terms
from mmvist.models.losses.lovasz_softmax import LovaszSoftmax, lovasz_softmax
from mmvist.models.losses.match_loss import MatchLoss, match_cross_entropy
from mmvist.models.losses.view_synthesis import ViewSynthesisLoss, view_synthesis

__all__ = ['BalancedBCE', 'BatchHardTriplet', 'CosineSoftmax', 'DiscriminativeLoss', 'Embedded', 'LovaszSoftmax',
           'MatchLoss', 'ViewSynthesisLoss', 'balanced_bce', 'batch_hard_triplet', 'cosine_softmax',
           'discriminative_terms', 'lovasz_softmax', 'match_cross_entropy', 'view_synthesis']
