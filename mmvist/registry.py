"""Registries, as children of mmdet's.

A name that mmvist does not register is looked up in mmdet and then in mmengine, so configs write `type='ResNet'` or
`type='FPN'` without a scope. Importing this module supplies mmcv's operators where mmcv was not compiled.
"""

from mmvist import ops

ops.install()

# mmdet's registries import mmcv's operators, so they come after the line above.
from mmdet import registry as mmdet  # noqa: E402
from mmengine.registry import Registry  # noqa: E402

DATASETS = Registry('dataset', parent=mmdet.DATASETS, scope='mmvist', locations=['mmvist.datasets'])
DATA_SAMPLERS = Registry('data sampler', parent=mmdet.DATA_SAMPLERS, scope='mmvist', locations=['mmvist.datasets'])
TRANSFORMS = Registry('transform', parent=mmdet.TRANSFORMS, scope='mmvist', locations=['mmvist.datasets'])
MODELS = Registry('model', parent=mmdet.MODELS, scope='mmvist', locations=['mmvist.models', 'mmvist.tracking'])
TASK_UTILS = Registry('task util', parent=mmdet.TASK_UTILS, scope='mmvist',
                      locations=['mmvist.models', 'mmvist.tracking', 'mmvist.datasets'])
METRICS = Registry('metric', parent=mmdet.METRICS, scope='mmvist', locations=['mmvist.evaluation.metrics'])
HOOKS = Registry('hook', parent=mmdet.HOOKS, scope='mmvist', locations=['mmvist.engine', 'mmvist.visualization'])
DRAWINGS = Registry('drawing', scope='mmvist', locations=['mmvist.visualization'])

LOOPS = Registry('loop', parent=mmdet.LOOPS, scope='mmvist',
                 locations=['mmvist.evaluation.loops', 'mmvist.evaluation.validation'])

# Nothing of ours yet; mmengine warns of every registry that a scope lacks.
LOG_PROCESSORS = Registry('log processor', parent=mmdet.LOG_PROCESSORS, scope='mmvist')
OPTIMIZERS = Registry('optimizer', parent=mmdet.OPTIMIZERS, scope='mmvist')
OPTIM_WRAPPERS = Registry('optimizer wrapper', parent=mmdet.OPTIM_WRAPPERS, scope='mmvist')
OPTIM_WRAPPER_CONSTRUCTORS = Registry('optimizer wrapper constructor', parent=mmdet.OPTIM_WRAPPER_CONSTRUCTORS,
                                      scope='mmvist')
PARAM_SCHEDULERS = Registry('parameter scheduler', parent=mmdet.PARAM_SCHEDULERS, scope='mmvist')
VISUALIZERS = Registry('visualizer', parent=mmdet.VISUALIZERS, scope='mmvist')
VISBACKENDS = Registry('visualization backend', parent=mmdet.VISBACKENDS, scope='mmvist')
MODEL_WRAPPERS = Registry('model wrapper', parent=mmdet.MODEL_WRAPPERS, scope='mmvist')
WEIGHT_INITIALIZERS = Registry('weight initializer', parent=mmdet.WEIGHT_INITIALIZERS, scope='mmvist')
