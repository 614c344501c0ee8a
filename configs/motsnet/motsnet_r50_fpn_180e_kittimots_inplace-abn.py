# As the authors trained: batch norm and activation in one layer, in place. Needs the package inplace_abn, which has to
# be compiled: pip install inplace-abn --no-build-isolation
_base_ = './motsnet_r50_fpn_180e_kittimots.py'
model = dict(detector=dict(in_place_abn=True))
