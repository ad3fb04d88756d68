#!/usr/bin/env bash
# nibabel 5.4.2 scales labels that are whole numbers in a float array when the header says uint8: 0 1 2 is read back as
# 0 0.996 2.
#
# Expected  0 1 2, which uint8 holds as they are, and which an integer array with the same header gives. The header is often
#           that of the mask which was resampled or predicted, and its type uint8 the one that is wanted.
# Seen      The file has 0 127 255 and a slope of 2/255, from float64 as from float32, and there is no warning. Read back and
#           turned into NumPy's uint8: 0 0 2. Of 0 to 4 it is 0 1 1 2 4, of 0 to 6 0 0 2 2 4 4 6; 0 to 3 and 0 to 5 survive, as
#           255 is their multiple. SimpleITK 2.5.7, asked for UInt8, reads the same. Before saving, get_fdata of that image
#           gives 0 1 2. With a header of int16 the values are off by 2e-5 only, and 0 1 2 become 0 1 1.
# Remedy    labels.astype(numpy.uint8) before Nifti1Image.
# Ends with a status other than 0 when this is no longer so.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install -q --disable-pip-version-check nibabel==5.4.2 SimpleITK==2.5.7 numpy==2.2.6
cd "$folder"
python/bin/python -W error - <<'PYTHON' | tee seen
import nibabel
import numpy as np
import SimpleITK

print("nibabel", nibabel.__version__, "SimpleITK", SimpleITK.Version.VersionString())
for header_type, dtype, count in (
    ("uint8", "float64", 3),
    ("uint8", "float32", 3),
    ("uint8", "uint8", 3),
    ("uint8", "float64", 4),
    ("uint8", "float64", 5),
    ("uint8", "float64", 6),
    ("uint8", "float64", 7),
    ("int16", "float64", 3),
    ("int16", "float64", 5),
):
    labels = np.arange(count).reshape(count, 1, 1).astype(dtype)
    mask = nibabel.Nifti1Image(np.zeros(labels.shape, header_type), np.eye(4))
    image = nibabel.Nifti1Image(labels, mask.affine, mask.header)
    assert image.get_data_dtype() == header_type and np.array_equal(image.get_fdata(), labels)
    nibabel.save(image, "labels.nii.gz")
    read = nibabel.load("labels.nii.gz")
    stored = read.dataobj.get_unscaled().ravel().tolist()
    values = read.get_fdata().ravel()
    itk = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage("labels.nii.gz", SimpleITK.sitkUInt8)).ravel()
    found = values.astype(np.uint8).tolist()
    print(header_type, dtype, "stored", stored, "read", values.round(5).tolist(), "in uint8", found, "SimpleITK", itk.tolist())
PYTHON
diff seen - <<'SEEN'
nibabel 5.4.2 SimpleITK 2.5.7
uint8 float64 stored [0, 127, 255] read [0.0, 0.99608, 2.0] in uint8 [0, 0, 2] SimpleITK [0, 0, 2]
uint8 float32 stored [0, 127, 255] read [0.0, 0.99608, 2.0] in uint8 [0, 0, 2] SimpleITK [0, 0, 2]
uint8 uint8 stored [0, 1, 2] read [0.0, 1.0, 2.0] in uint8 [0, 1, 2] SimpleITK [0, 1, 2]
uint8 float64 stored [0, 85, 170, 255] read [0.0, 1.0, 2.0, 3.0] in uint8 [0, 1, 2, 3] SimpleITK [0, 1, 2, 3]
uint8 float64 stored [0, 64, 127, 191, 255] read [0.0, 1.00392, 1.99216, 2.99608, 4.0] in uint8 [0, 1, 1, 2, 4] SimpleITK [0, 1, 1, 2, 4]
uint8 float64 stored [0, 51, 102, 153, 204, 255] read [0.0, 1.0, 2.0, 3.0, 4.0, 5.0] in uint8 [0, 1, 2, 3, 4, 5] SimpleITK [0, 1, 2, 3, 4, 5]
uint8 float64 stored [0, 42, 85, 127, 170, 212, 255] read [0.0, 0.98824, 2.0, 2.98824, 4.0, 4.98824, 6.0] in uint8 [0, 0, 2, 2, 4, 4, 6] SimpleITK [0, 0, 2, 2, 4, 4, 6]
int16 float64 stored [-32768, 0, 32767] read [0.0, 1.00002, 2.0] in uint8 [0, 1, 1] SimpleITK [0, 1, 2]
int16 float64 stored [-32768, -16384, 0, 16383, 32767] read [0.0, 1.00002, 2.00003, 2.99998, 4.0] in uint8 [0, 1, 2, 2, 3] SimpleITK [0, 1, 2, 2, 4]
SEEN
