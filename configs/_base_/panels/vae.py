# What VIST-VAE sees, beside frames and instances, for `--panels` of tools/track.py and tools/test.py.
# A model without the auxiliary branch leaves a panel out, `panels = dict(predicted=None)`, and so on.
panels = dict(
    image=[],
    instances=[dict(type='DrawMasks'), dict(type='DrawTrails'), dict(type='DrawLabels')],
    proposals=[dict(type='DrawProposals')],
    predicted=[dict(type='ShowNextFrame')],
    correlation=[dict(type='ShowCorrelation')])
