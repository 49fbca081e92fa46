"""Algorithm 1 of the MOTS paper: mask propagation by optical flow first, then association vectors for what is left.

1. Confident detections against the tracks of the previous frame: Hungarian on the IoU with flow-warped masks.
2. What is left, weak detections included, against every earlier detection of the tracks not yet matched: greedily, the
   least distance of association vectors first.
3. Confident detections that neither step matched start tracks. (The official code also restarts those of step 2.)

The paper finds its thresholds by random search and does not print them. Here gamma, the confidence of step 1 and 3, is
that of the released detector; the other two are the middle of the official search ranges (``tracker_search_space``).
"""

tracker = dict(
    type='PerClassTracker',
    overlap='bottom',  # objects whose masks reach further down in the image are in front
    trackers=[
        dict(  # car
            type='StagedTracker',
            stages=[
                dict(
                    type='Stage',
                    cues=[dict(type='MaskIoUCue')],
                    max_cost=1 - 0.1,  # delta_maskprop
                    states=('tentative', 'confirmed'),  # seen in the previous frame
                    min_score=0.8469800990815324,  # gamma
                ),
                dict(
                    type='Stage',
                    cues=[dict(type='GalleryCue', metric='euclidean')],
                    max_cost=1.2,  # delta_assoc
                    solver='greedy',
                ),
            ],
            lifecycle=dict(
                type='Lifecycle',
                birth_score=0.8469800990815324,  # gamma
                min_mask_area=11,  # "more than 10 pixels"
                keep_alive=None,  # the algorithm forgets no track …
                max_lost=300,  # … so this bounds how many it remembers,
            ),
            gallery=dict(type='EmbeddingGallery', max_per_track=100),  # … and this, how much of each
        ),
        dict(  # pedestrian
            type='StagedTracker',
            stages=[
                dict(
                    type='Stage',
                    cues=[dict(type='MaskIoUCue')],
                    max_cost=1 - 0.1,
                    states=('tentative', 'confirmed'),
                    min_score=0.9368820089063415,
                ),
                dict(
                    type='Stage',
                    cues=[dict(type='GalleryCue', metric='euclidean')],
                    max_cost=1.2,
                    solver='greedy',
                ),
            ],
            lifecycle=dict(
                type='Lifecycle',
                birth_score=0.9368820089063415,
                min_mask_area=11,
                keep_alive=None,
                max_lost=300,
            ),
            gallery=dict(type='EmbeddingGallery', max_per_track=100),
        ),
    ],
)

_settings = {
    'stages.0.min_score': 'confidence',
    'lifecycle.birth_score': 'confidence',
    'stages.0.max_cost': '1 - iou',
    'stages.1.max_cost': 'distance',
}
_ranges = dict(iou=(0.0, 0.2), distance=(0.7, 1.7))
tracker_search_space = [
    dict(parameters=dict(confidence=(0.5, 0.85), **_ranges), settings=_settings),  # car
    dict(parameters=dict(confidence=(0.8, 0.99), **_ranges), settings=_settings),  # pedestrian
]
