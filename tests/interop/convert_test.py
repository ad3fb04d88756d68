"""convert_test.py FRAMEWORK SUFFIX RUN FOLDER: examples/convert/convert_FRAMEWORK.py as its users meet it.

RUN is what train_pets left of the default U-Net; FOLDER is for files."""

import os
import pathlib
import subprocess
import sys

from safetensors import safe_open
from safetensors.numpy import load_file

from compare import require, same_weights

framework, suffix, run, folder = sys.argv[1:]
script = pathlib.Path(__file__).parents[2] / "examples" / "convert" / f"convert_{framework}.py"
model, checkpoint = os.path.join(run, "model.safetensors"), os.path.join(run, "last.safetensors")
weights, back = os.path.join(folder, "converted" + suffix), os.path.join(folder, "converted.safetensors")
damaged, another = os.path.join(folder, "damaged"), os.path.join(folder, "another" + suffix)


def convert(*arguments):
    return subprocess.run([sys.executable, script, *arguments], stderr=subprocess.PIPE, text=True)


def metadata(path):
    with safe_open(path, "np") as file:
        return file.metadata()


def succeeds(*arguments):
    done = convert(*arguments)
    words = f"convert_{framework}.py {' '.join(arguments)}"
    require(done.returncode == 0, f"{words}: {'done' if done.returncode == 0 else done.stderr}")


def fails(file, says, *arguments):
    """Own lines of a framework may come before the script's."""
    done = convert(*arguments)
    line = done.stderr.rstrip().split("\n")[-1]
    right = done.returncode == 1 and "Traceback" not in done.stderr and line.startswith(f"convert_{framework}.py: ")
    require(right and file in line and says in line, line)


there, to = f"to-{framework}", "to-unetpp"
succeeds(there, checkpoint, weights)
succeeds(to, weights, back, "--like", checkpoint)
same_weights(f"a checkpoint to {framework} and back", load_file(back), load_file(model))
same = {key: metadata(back).get(key) for key in ("classes", "preprocessing")}
require(same == {key: metadata(model)[key] for key in same}, f"--like keeps the metadata: {same}")
require("training" not in metadata(back), "--like of a checkpoint makes no checkpoint")
succeeds(to, weights, back)
require("classes" not in metadata(back), "without --like nothing is said of the classes")

data = pathlib.Path(model).read_bytes()
pathlib.Path(damaged).write_bytes(data[: len(data) // 2])
fails(damaged, "expected a safetensors file", there, damaged, weights)
fails(damaged, "expected a safetensors file", to, weights, back, "--like", damaged)
pathlib.Path(damaged + suffix).write_text("this is a text file\n")
fails(damaged + suffix, "expected", to, damaged + suffix, back)
pathlib.Path(damaged + suffix).write_bytes(pathlib.Path(weights).read_bytes()[:100_000])
fails(damaged + suffix, "expected", to, damaged + suffix, back)
fails("nowhere", "", to, os.path.join(folder, "nowhere" + suffix), back)
fails("nowhere", "", there, os.path.join(folder, "nowhere.safetensors"), weights)
if framework == "pytorch":
    import torch

    torch.save(torch.nn.Conv2d(3, 4, 3).state_dict(), another)
    fails(another, "expected shape", to, another, back)
    torch.save([torch.zeros(3)], another)
    fails(another, "found a list", to, another, back)
else:
    import keras

    x = keras.layers.Input((128, 128, 3))
    keras.Model(x, keras.layers.Conv2D(31, 3)(x)).save_weights(another)
    fails(another, "expected weights", to, another, back)
require(convert(there, model, weights, "--like", model).returncode == 2, f"{there} --like is wrong usage")
require(convert("to-where", model, weights).returncode == 2, "a wrong command line has status 2")
