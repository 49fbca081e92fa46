"""The later tracker of PointTrack's authors (released with CCP): see ``pointtrack.py`` for the similarity.

Tracks live shorter, 8 frames for cars and 10 for pedestrians (comparisons, so one less is missed in a row), those last
seen near the left or right border 3 and 2; and masks overlap only with those of the previous frame.
"""

_base_ = './pointtrack.py'

_car, _pedestrian = _base_.tracker.trackers
_car.stages[0].cues[1].of_lost_tracks = _pedestrian.stages[0].cues[1].of_lost_tracks = False
_car.lifecycle.update(keep_alive=7, border=dict(type='BorderRule', keep_alive=2, box_widths=1.5, image_share=0.1))
_pedestrian.lifecycle.update(
    keep_alive=9, border=dict(type='BorderRule', keep_alive=1, box_widths=1.0, image_share=0.05))
tracker = _base_.tracker
