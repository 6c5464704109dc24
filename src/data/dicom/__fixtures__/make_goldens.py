"""Writes small synthetic DICOM files of every kind that is read, and what pydicom's pixel pipeline makes of each.

Run with a Python that has pydicom, imagecodecs, pyjpegls, pylibjpeg with its plugins, and numpy:
    python src/data/dicom/__fixtures__/make_goldens.py
Into goldens.json.gz. With a folder of real files as argument, prints for each a hash and 8 x 8 means of what pydicom shows,
for samples.json: figures, never pictures.
"""
import base64
import gzip
import hashlib
import io
import json
import os
import sys

import imagecodecs
import numpy as np
from pydicom import config, dcmread, dcmwrite
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEG2000,
    JPEG2000Lossless, JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1, JPEGLSLossless,
    JPEGLSNearLossless, RLELossless,
)

FOLDER = os.path.dirname(os.path.abspath(__file__))
config.settings.reading_validation_mode = config.IGNORE
WIDTH, HEIGHT = 19, 14
NATIVE = {
    "implicit": ImplicitVRLittleEndian, "explicit": ExplicitVRLittleEndian, "big endian": ExplicitVRBigEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
}


def picture(bits, signed=False, seed=0):
    """A slope with noise that uses all its bits, as stored values (unsigned)."""
    random = np.random.default_rng(1000 * bits + seed)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    slope = (x / (WIDTH - 1) + y / (HEIGHT - 1)) / 2
    values = np.clip(slope * 0.9 + random.uniform(0, 0.1, slope.shape), 0, 1) * (2**bits - 1)
    values = np.rint(values).astype(np.int64)
    return values - 2 ** (bits - 1) if signed else values


def dataset(values, *, bits, signed=False, allocated=None, high=None, syntax, photometric="MONOCHROME2", samples=1, vr=None):
    allocated = allocated or (8 if bits <= 8 else 16)
    high = bits - 1 if high is None else high
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1"
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    ds = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    ds.SOPClassUID = meta.MediaStorageSOPClassUID
    ds.SOPInstanceUID = "1.2.3"
    ds.Modality = "CR"
    ds.Rows, ds.Columns = values.shape[:2]
    ds.SamplesPerPixel, ds.PhotometricInterpretation = samples, photometric
    if samples > 1:
        ds.PlanarConfiguration = 0
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = allocated, bits, high, int(signed)
    raw = (values & (2**bits - 1)) << (high + 1 - bits)
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    data = raw.astype(f"{order}u{allocated // 8}").tobytes()
    if len(data) % 2:
        data += b"\0"
    if vr == "OW" and allocated == 8 and order == ">":
        data = np.frombuffer(data, "<u2").astype(">u2").tobytes()
    ds.PixelData = data
    ds["PixelData"].VR = vr or ("OW" if allocated == 16 or syntax == ImplicitVRLittleEndian else "OB")
    return ds


def compressed(ds, stream, syntax):
    ds.file_meta.TransferSyntaxUID = syntax
    ds.PixelData = encapsulate([stream])
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    return ds


def written(ds):
    buffer = io.BytesIO()
    syntax = ds.file_meta.TransferSyntaxUID
    ds.set_original_encoding(syntax == ImplicitVRLittleEndian, syntax != ExplicitVRBigEndian)
    dcmwrite(buffer, ds, enforce_file_format=True)
    return buffer.getvalue()


def lut(descriptor, data, vr="US", explicit_vr="US"):
    item = Dataset()
    item.add_new(0x00283002, explicit_vr, descriptor)
    item.add_new(0x00283006, vr, data)
    return item


def shown(ds):
    """What pydicom shows, from 0 to 1, and the depth of the result."""
    bits = ds.BitsStored
    most = 65535 if bits > 8 else 255
    stored = ds.pixel_array.astype(np.int64)
    if ds.PhotometricInterpretation == "PALETTE COLOR":
        rgb = apply_color_lut(ds.pixel_array, ds)
        depth = ds.RedPaletteColorLookupTableDescriptor[2]
        return luma(rgb.astype(float)) / (2**depth - 1), 255
    if ds.SamplesPerPixel == 3:
        if ds.PhotometricInterpretation.startswith("YBR_FULL") and ds.file_meta.TransferSyntaxUID != JPEGBaseline8Bit:
            return stored_luma(ds) / (2**bits - 1), most
        return luma(stored.astype(float)) / (2**bits - 1), most
    units = apply_modality_lut(ds.pixel_array, ds)
    padding = np.zeros(stored.shape, bool)
    if "PixelPaddingValue" in ds:
        ends = sorted([ds.PixelPaddingValue, ds.get("PixelPaddingRangeLimit", ds.PixelPaddingValue)])
        padding = (stored >= ends[0]) & (stored <= ends[1])
    if "VOILUTSequence" in ds:
        depth = ds.VOILUTSequence[0].LUTDescriptor[2]
        result = apply_voi_lut(units, ds).astype(float) / (2**depth - 1)
    elif "WindowCenter" in ds:
        # The range that pydicom's window fills.
        if "ModalityLUTSequence" in ds:
            low, high = 0.0, 2.0 ** ds.ModalityLUTSequence[0].LUTDescriptor[2] - 1
        elif ds.PixelRepresentation == 0:
            low, high = 0.0, 2.0**bits - 1
        else:
            low, high = -(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1
        if "RescaleSlope" in ds and "ModalityLUTSequence" not in ds:
            low, high = (end * float(ds.RescaleSlope) + float(ds.RescaleIntercept) for end in (low, high))
        result = (apply_voi_lut(units, ds).astype(float) - low) / (high - low)
    else:
        if bits <= 8 and "ModalityLUTSequence" not in ds:
            ends = np.array([0, 2**bits - 1]) - (2 ** (bits - 1) if ds.PixelRepresentation else 0)
            ends = ends * float(ds.get("RescaleSlope", 1)) + float(ds.get("RescaleIntercept", 0))
        else:
            ends = units[~padding].astype(float)
        result = (units.astype(float) - ends.min()) / (ends.max() - ends.min())
    if ds.PhotometricInterpretation == "MONOCHROME1" or ds.get("PresentationLUTShape") == "INVERSE":
        result = 1 - result
    result[padding] = 0
    return result, most


def stored_luma(ds):
    from pydicom.pixels import get_decoder
    decoder = get_decoder(ds.file_meta.TransferSyntaxUID)
    array, _ = decoder.as_array(ds, raw=True)
    return array[..., 0].astype(float)


def luma(rgb):
    return 0.299 * rgb[..., 0] + 0.587 * rgb[..., 1] + 0.114 * rgb[..., 2]


cases = []


def case(name, ds, tolerance=0):
    """Keeps a file with what pydicom shows; `tolerance` in steps of 8 bits."""
    data = written(ds)
    result, most = shown(dcmread(io.BytesIO(data)))
    pixels = np.floor(result * most + 0.5).astype("<u2" if most > 255 else "u1")
    cases.append({
        "name": name, "width": int(pixels.shape[1]), "height": int(pixels.shape[0]), "bits": 16 if most > 255 else 8,
        "tolerance": tolerance, "file": base64.b64encode(data).decode(), "pixels": base64.b64encode(pixels.tobytes()).decode(),
    })


def make_syntaxes():
    for bits in (8, 10, 12, 14, 16, 6):
        for signed in (False, True):
            for photometric in ("MONOCHROME2", "MONOCHROME1"):
                values = picture(bits, signed)
                kind = f"{bits} bit{', signed' if signed else ''}, {photometric}"
                make = lambda syntax, **more: dataset(values, bits=bits, signed=signed, photometric=photometric, syntax=syntax, **more)
                for name, syntax in NATIVE.items():
                    case(f"{name}, {kind}", make(syntax))
                if bits <= 8:
                    case(f"big endian in words, {kind}", make(ExplicitVRBigEndian, vr="OW"))
                rle = make(ExplicitVRLittleEndian)
                rle.compress(RLELossless)
                case(f"RLE, {kind}", rle)
                container = np.uint8 if bits <= 8 else np.uint16
                raw = (values & (2**bits - 1)).astype(container)
                empty = lambda: make(ExplicitVRLittleEndian)
                if bits >= 8:
                    for predictor in (range(1, 8) if bits == 12 else (1,)):
                        stream = imagecodecs.jpeg_encode(raw, lossless=True, predictor=predictor, bitspersample=bits)
                        syntax = JPEGLosslessSV1 if predictor == 1 else JPEGLossless
                        case(f"JPEG lossless {predictor}, {kind}", compressed(empty(), stream, syntax))
                    stream = jpeg_ls(raw, bits, 0)
                    case(f"JPEG-LS, {kind}", compressed(empty(), stream, JPEGLSLossless))
                    stored = values.astype(f"i{raw.itemsize}") if signed else raw
                    stream = imagecodecs.jpeg2k_encode(stored, codecformat="J2K", reversible=True, bitspersample=bits)
                    case(f"JPEG 2000 lossless, {kind}", compressed(empty(), stream, JPEG2000Lossless))
                if bits in (8, 12) and not signed:
                    stream = jpeg_ls(raw, bits, 2)
                    case(f"JPEG-LS near, {kind}", compressed(empty(), stream, JPEGLSNearLossless))
                    stream = imagecodecs.jpeg2k_encode(raw, 40, codecformat="J2K", reversible=False, bitspersample=bits)
                    case(f"JPEG 2000 lossy, {kind}", compressed(empty(), stream, JPEG2000), 1)
                    stream = imagecodecs.jpeg_encode(raw, 85, bitspersample=bits)
                    syntax = JPEGBaseline8Bit if bits == 8 else JPEGExtended12Bit
                    case(f"JPEG {'baseline' if bits == 8 else 'extended'}, {kind}", compressed(empty(), stream, syntax), 1)


def jpeg_ls(raw, bits, near):
    from jpeg_ls import encode_array
    return bytes(encode_array(raw if bits in (8, 16) else raw, lossy_error=near)) if bits in (8, 16) else bytes(
        encode_bits(raw, bits, near))


def encode_bits(raw, bits, near):
    from jpeg_ls import encode_pixel_data
    return encode_pixel_data(raw.tobytes(), lossy_error=near, interleave_mode=0, rows=raw.shape[0], columns=raw.shape[1],
                             samples_per_pixel=1, bits_stored=bits)


def make_tables():
    tables = {
        "rescale": lambda ds: (setattr(ds, "RescaleSlope", "1.7"), setattr(ds, "RescaleIntercept", "-1024.5")),
        "negative slope": lambda ds: (setattr(ds, "RescaleSlope", "-1"), setattr(ds, "RescaleIntercept", "4095")),
        "linear window": lambda ds: window(ds, 1800.3, 2222.7),
        "narrow window": lambda ds: window(ds, 2000, 1),
        "exact window": lambda ds: window(ds, 1777.7, 1234.5, "LINEAR_EXACT"),
        "sigmoid window": lambda ds: window(ds, 2100, 900, "SIGMOID"),
        "several windows": lambda ds: window(ds, [1500.2, 2000], [999.6, 4000]),
        "rescale and window": lambda ds: (setattr(ds, "RescaleSlope", "0.53"), setattr(ds, "RescaleIntercept", "100"), window(ds, 900.1, 777.7)),
        "modality table": lambda ds: setattr(ds, "ModalityLUTSequence", [modality_table()]),
        "modality table and window": lambda ds: (setattr(ds, "ModalityLUTSequence", [modality_table()]), window(ds, 30000.2, 41000.3)),
        "VOI table": lambda ds: setattr(ds, "VOILUTSequence", [lut([600, 1500, 12], curve(600, 4095))]),
        "VOI table before window": lambda ds: (setattr(ds, "VOILUTSequence", [lut([500, 1000, 16], curve(500, 65535))]), window(ds, 5, 7)),
        "both tables": lambda ds: (setattr(ds, "ModalityLUTSequence", [modality_table()]),
                                   setattr(ds, "VOILUTSequence", [lut([700, 2000, 10], curve(700, 1023))])),
        "padding": lambda ds: ds.add_new(0x00280120, "US", int(picture(12)[3, 4])),
        "padding range": lambda ds: (ds.add_new(0x00280120, "US", 0), ds.add_new(0x00280121, "US", 700)),
        "padding range and window": lambda ds: (ds.add_new(0x00280120, "US", 4095), ds.add_new(0x00280121, "US", 3500), window(ds, 2000.1, 3000.2)),
        "inverse": lambda ds: setattr(ds, "PresentationLUTShape", "INVERSE"),
        "identity": lambda ds: setattr(ds, "PresentationLUTShape", "IDENTITY"),
    }
    for name, apply in tables.items():
        for photometric in ("MONOCHROME2", "MONOCHROME1"):
            for syntax in ("implicit", "explicit", "big endian"):
                if syntax != "explicit" and "table" not in name and "padding" not in name:
                    continue
                ds = dataset(picture(12), bits=12, photometric=photometric, syntax=NATIVE[syntax])
                apply(ds)
                case(f"{name}, {syntax}, {photometric}", ds)
    for name, apply in {
        "window": lambda ds: window(ds, 10.4, 1800.7),
        "rescale and window": lambda ds: (setattr(ds, "RescaleSlope", "2"), setattr(ds, "RescaleIntercept", "-10"), window(ds, -33.3, 2500.7)),
        "VOI table": lambda ds: setattr(ds, "VOILUTSequence", [lut([500, -300, 12], curve(500, 4095), explicit_vr="SS")]),
        "padding": lambda ds: (ds.add_new(0x00280120, "SS", -2048), ds.add_new(0x00280121, "SS", -1500)),
    }.items():
        for syntax in ("implicit", "explicit"):
            ds = dataset(picture(12, True), bits=12, signed=True, syntax=NATIVE[syntax])
            apply(ds)
            case(f"signed, {name}, {syntax}", ds)
    ds = dataset(picture(8), bits=8, syntax=ExplicitVRLittleEndian)
    window(ds, 120.2, 99.9)
    case("8 bit, linear window", ds)
    # Of an 8-bit picture: pydicom 3.0.2 keeps the index into a table of 8 bits in 8 bits.
    ds = dataset(picture(8), bits=8, syntax=ExplicitVRLittleEndian)
    ds.VOILUTSequence = [lut([200, 20, 8], curve(200, 255))]
    case("8 bit, VOI table of 8 bits", ds)
    # Overlays in the bits above, as old devices keep them: no value of theirs may show.
    ds = dataset(picture(12), bits=12, syntax=ExplicitVRLittleEndian)
    clean = ds.PixelData
    expected = written(ds)
    words = np.frombuffer(clean, "<u2") | np.where(np.arange(WIDTH * HEIGHT) % 3 == 0, 0x8000, 0).astype("<u2")
    case("without overlay", dcmread(io.BytesIO(expected)))
    ds.PixelData = words.tobytes()
    cases.append({**cases[-1], "name": "overlay in the high bits", "file": base64.b64encode(written(ds)).decode()})


def window(ds, center, width, shape=None):
    ds.WindowCenter, ds.WindowWidth = center, width
    if shape:
        ds.VOILUTFunction = shape


def curve(count, most):
    return [int(v) for v in np.rint(np.linspace(0, 1, count) ** 1.8 * most)]


def modality_table():
    item = lut([800, 1600, 16], curve(800, 65535))
    item.ModalityLUTType = "US"
    return item


def make_colour():
    random = np.random.default_rng(5)
    rgb = np.clip(np.stack([picture(8), picture(8)[::-1], picture(8)[:, ::-1]], -1) + random.integers(-5, 5, (HEIGHT, WIDTH, 3)), 0, 255)
    make = lambda photometric="RGB", syntax=ExplicitVRLittleEndian: dataset(rgb, bits=8, samples=3, photometric=photometric, syntax=syntax)
    for name, syntax in NATIVE.items():
        case(f"RGB, {name}", make(syntax=syntax))
    planes = make()
    planes.PlanarConfiguration = 1
    planes.PixelData = np.moveaxis(rgb, -1, 0).astype("u1").tobytes()
    case("RGB, by planes", planes)
    case("YBR_FULL", make("YBR_FULL"))
    rle = make()
    rle.compress(RLELossless)
    case("RGB, RLE", rle)
    small = rgb[:, :18].astype("u1")
    half = dataset(small, bits=8, samples=3, photometric="YBR_FULL_422", syntax=ExplicitVRLittleEndian)
    y, blue, red = small[..., 0], small[:, ::2, 1], small[:, ::2, 2]
    half.PixelData = np.stack([y[:, ::2], y[:, 1::2], blue, red], -1).tobytes()
    case("YBR_FULL_422", half)
    stream = imagecodecs.jpeg_encode(rgb.astype("u1"), 90, subsampling="444")
    case("RGB, JPEG baseline", compressed(make("YBR_FULL"), stream, JPEGBaseline8Bit), 1)
    stream = imagecodecs.jpeg2k_encode(rgb.astype("u1"), codecformat="J2K", reversible=True, mct=True)
    case("RGB, JPEG 2000 lossless", compressed(make("YBR_RCT"), stream, JPEG2000Lossless))
    from jpeg_ls import encode_array
    for mode in (0, 1, 2):
        source = np.moveaxis(rgb, -1, 0) if mode == 0 else rgb
        stream = bytes(encode_array(np.ascontiguousarray(source.astype("u1")), interleave_mode=mode))
        case(f"RGB, JPEG-LS interleave {mode}", compressed(make(), stream, JPEGLSLossless))
    stream = imagecodecs.jpeg_encode(rgb.astype("u1"), lossless=True, predictor=1, colorspace="RGB", outcolorspace="RGB")
    case("RGB, JPEG lossless", compressed(make(), stream, JPEGLosslessSV1))
    palette = dataset(picture(8), bits=8, photometric="PALETTE COLOR", syntax=ExplicitVRLittleEndian)
    for at, name in enumerate(("Red", "Green", "Blue")):
        setattr(palette, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        table = np.rint(np.linspace(0, 1, 256) ** (at + 0.5) * 65535).astype("<u2")
        setattr(palette, f"{name}PaletteColorLookupTableData", table.tobytes())
    case("palette", palette)


def describe(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith(".dcm"):
            result, most = shown(dcmread(os.path.join(folder, name)))
            pixels = np.floor(result * most + 0.5).astype("u1")
            means = pixels.reshape(8, pixels.shape[0] // 8, 8, -1).mean((1, 3))
            digest = hashlib.sha256(pixels.tobytes()).hexdigest()
            yield {"file": name, "sha256": digest, "means": [round(float(v), 3) for v in means.ravel()]}


if len(sys.argv) > 1:
    with open(os.path.join(FOLDER, "samples.json"), "w") as file:
        json.dump(list(describe(sys.argv[1])), file)
        file.write("\n")
else:
    make_syntaxes()
    make_tables()
    make_colour()
    with open(os.path.join(FOLDER, "goldens.json.gz"), "wb") as file:
        file.write(gzip.compress(json.dumps(cases).encode(), 9, mtime=0))
    print(len(cases), "cases")
