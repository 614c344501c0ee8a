# Table 1's first row: flow of HD3's authors, who trained it on Chairs, Things and KITTI. First `python tools/convert.py
# checkpoint hd3fc_chairs_things_kitti-bfa97911.pth work_dirs/hd3fc_chairs_things_kitti.pth --from hd3`.
_base_ = './mine_motsnet-detector_r50_fpn_85e_mapillaryvistas_hd3_kittisynth.py'
modelzoo = dict(
    act_cfg=dict(type='ReLU'), init_cfg=dict(checkpoint='work_dirs/hd3fc_chairs_things_kitti.pth'))
mining = dict(linker=dict(tracker=dict(propagator=dict(flow=modelzoo))))
