# The rules alone: segments and flow are the true ones.
_base_ = './mine_ground-truth_street-world.py'
mining = dict(linker=dict(tracker=dict(propagator=dict(
    flow=dict(_delete_=True, type='FileFlow', root='data/street_world/flow/train')))))
