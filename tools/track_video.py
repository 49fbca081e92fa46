#!/usr/bin/env python
"""Track a video: ``tools/track_video.py CONFIG CHECKPOINT INPUT --out DIR``.

INPUT is a video file, a folder of images, the number of a camera (0) or the address of a stream (rtsp://…). DIR gets
the video with its tracks drawn (NAME.mp4) and the tracks (NAME.txt), or what --save names. Frames are written as they
are done and none is kept, so a video may be of any length. Ctrl-C ends it early: all files are whole up to there. A
process that is killed leaves the tracks so far in .NAME.txt.part. A camera whose frames come faster than they can be
tracked loses some, rather than time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from mots_plugin.formats.one_line_errors import report_errors_in_one_line

if TYPE_CHECKING:
    from mots_plugin.apis.track_outputs import TrackOutput
    from mots_plugin.apis.video_sources import FrameSource
    from mots_plugin.visualization import Window

FORMS = {
    "video": "NAME.mp4, tracks drawn over the frames",
    "txt": "NAME.txt, masks as in MOTS or boxes as in MOTChallenge",
    "json": "NAME.json, a list of frames",
    "coco": "NAME.coco.json, COCO-video (CocoVID)",
    "png": "NAME/FFFFFF.png, 16-bit ids or panoptic maps",
}


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    from mots_plugin.apis.overrides import add_override_argument

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config of a tracker")
    parser.add_argument("checkpoint", help="its weights, or a folder that tools/export_onnx.py wrote")
    parser.add_argument("input", help="video file, folder of images, number or address of a camera")
    parser.add_argument("--out", type=Path, default=Path("tracked"), help="folder (default: %(default)s)")
    forms = "; ".join(f"{name}: {what}" for name, what in FORMS.items())
    parser.add_argument("--save", nargs="*", choices=list(FORMS), default=["video", "txt"], help=f"{forms}")
    parser.add_argument("--stride", type=int, default=1, help="track every so many frames (default: %(default)s)")
    parser.add_argument("--max-frames", type=int, help="stop after so many")
    parser.add_argument("--device", help="such as cpu or cuda:1 (default: a GPU if there is one)")
    parser.add_argument("--show", action="store_true", help="show the pictures in a window; q or Escape ends")
    add_override_argument(parser, "model.tracker.overlap=bottom")
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    from tqdm import tqdm

    from mots_plugin.apis import init_model, track_video
    from mots_plugin.apis.video_sources import open_source
    from mots_plugin.visualization import Window

    window = Window("tracks") if arguments.show else None
    source = open_source(arguments.input, arguments.stride, arguments.max_frames)
    model = init_model(arguments.config, arguments.checkpoint, arguments.device, arguments.cfg_options)
    tracked, ids, code = 0, set[int](), 0
    with ExitStack() as stack:
        outputs = open_outputs(arguments, source, window)
        for output in outputs:
            stack.callback(report, output, lambda: tracked)
        progress = stack.enter_context(tqdm(total=source.length, desc=source.name, unit=" frames"))
        try:
            for frame in track_video(model, source):
                for output in outputs:
                    output.write(frame)
                tracked += 1
                ids.update(frame.ids.tolist())
                progress.set_postfix(objects=len(frame.ids), refresh=False)
                progress.update()
                if window is not None and window.is_closed:
                    break
        except KeyboardInterrupt:
            code = 130
    dropped = getattr(source, "dropped", 0)
    lost = f", {dropped} frames dropped" if dropped else ""
    print(f"{'stopped after ' if code else ''}{tracked} frames, {len(ids)} identities{lost}")
    return code


def open_outputs(arguments: argparse.Namespace, source: FrameSource, window: Window | None) -> list[TrackOutput]:
    """Return all that is to be written, or shown."""
    from mots_plugin.apis.runs import check_writable
    from mots_plugin.apis.track_outputs import CocoOutput, JsonOutput, PngOutput, TextOutput, VideoOutput

    folder, name = arguments.out, source.name
    if arguments.save:
        check_writable(folder)
    makers: dict[str, Callable[[], TrackOutput]] = {
        "txt": lambda: TextOutput(folder, name),
        "json": lambda: JsonOutput(folder, name),
        "coco": lambda: CocoOutput(folder, name, source.frame_rate),
        "png": lambda: PngOutput(folder, name),
    }
    outputs = [make() for form, make in makers.items() if form in arguments.save]
    if "video" in arguments.save or window is not None:
        path = folder / f"{name}.mp4" if "video" in arguments.save else None
        outputs.append(
            VideoOutput(path, source.frame_rate or 10.0, source.live, None if window is None else window.show)
        )
    return outputs


def report(output: TrackOutput, tracked: Callable[[], int]) -> None:
    """Close an output and say where it lies."""
    path = output.close()
    if tracked() and path.name:
        print(f"written: {path}")


if __name__ == "__main__":
    sys.exit(main())
