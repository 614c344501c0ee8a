"""Losses, one a file: the function and the registered class around it."""

from mmvist.models.losses.match_loss import MatchLoss, match_cross_entropy

__all__ = ['MatchLoss', 'match_cross_entropy']
