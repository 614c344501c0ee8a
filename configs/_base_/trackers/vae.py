# VIST-VAE: a detection that was made from a track continues it, any other starts one (section 3.3). A track that is not
# found sleeps for five frames; its class is what most of its frames say. Both are ours: the paper does not tell.
embedder = None
tracker = dict(
    type='AssociationTracker',
    stages=[dict(cues=[dict(type='InheritedId', new=0.5)], assigner=dict(type='Hungarian'))],
    memory=dict(type='LatestMemory'),
    max_age=6,
    label='vote')
