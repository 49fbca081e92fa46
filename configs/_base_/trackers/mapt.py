# MAPT's two steps (section III-D): masks carried from the frame before, then, for what these do not reach, embeddings
# of equal class. The paper gives neither threshold nor how long a lost track is remembered; these are from videos of
# the rendered street. Whatever is in the panoptic map begins a track: what is not sure enough the detector leaves out.
_tracker = dict(
    type='StagedTracker',
    stages=[
        dict(type='Stage', cues=[dict(type='CarriedMaskCue')], max_cost=0.8),
        dict(type='Stage', cues=[dict(type='EmbeddingCue', metric='cosine')], max_cost=0.3),
    ],
    lifecycle=dict(type='Lifecycle', birth_score=0.0, keep_alive=5))

tracker = dict(
    type='PerClassTracker',
    overlap=None,  # the panoptic map has no overlaps
    trackers=[_tracker, _tracker])  # one for each class of things

_settings = {'stages.0.max_cost': 'carried', 'stages.1.max_cost': 'looks', 'lifecycle.keep_alive': 'keep_alive'}
_ranges = dict(carried=(0.3, 1.0), looks=(0.05, 1.0), keep_alive=(0, 30))
tracker_search_space = [  # one for each class of things
    dict(parameters=_ranges, settings=_settings),
    dict(parameters=_ranges, settings=_settings),
]
