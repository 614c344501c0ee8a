# What a pixel embedding sees, beside frames and instances, for `--panels` of tools/track.py and tools/test.py.
# A model that makes no depth leaves a panel out: `panels = dict(depth=None)`.
panels = dict(
    image=[],
    instances=[dict(type='DrawMasks'), dict(type='DrawTrails'), dict(type='DrawLabels')],
    embedding=[dict(type='ShowEmbedding')],
    depth=[dict(type='ShowDepth')],
    scatter=[dict(type='ShowEmbeddingScatter', radii=[0.5, 1.5])])                      # rho_a, rho_r
