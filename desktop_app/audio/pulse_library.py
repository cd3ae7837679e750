"""The part of libpulse's C interface that lists devices and streams.

The layouts are those of ``pulse/introspect.h``, which have been stable since 1.0 (fields were
only ever added at the end); each structure stops after the last field that is read. PipeWire
speaks the same through the same library.
"""

from __future__ import annotations

import ctypes
from ctypes import (
    CFUNCTYPE,
    POINTER,
    c_char_p,
    c_int,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
)

READY, FAILED, TERMINATED = 4, 5, 6
SUBSCRIBED = 0x0001 | 0x0002 | 0x0004 | 0x0008 | 0x0080  # sinks, sources, own streams, server
NO_AUTOSPAWN = 1

_MAX_CHANNELS = 32


class SampleSpec(ctypes.Structure):
    _fields_ = (("format", c_int), ("rate", c_uint32), ("channels", c_uint8))


class ChannelMap(ctypes.Structure):
    _fields_ = (("channels", c_uint8), ("map", c_int * _MAX_CHANNELS))


class Volume(ctypes.Structure):
    _fields_ = (("channels", c_uint8), ("values", c_uint32 * _MAX_CHANNELS))


class DeviceInfo(ctypes.Structure):
    """Of a sink or a source: the two have the same shape."""

    _fields_ = (
        ("name", c_char_p),
        ("index", c_uint32),
        ("description", c_char_p),
        ("sample_spec", SampleSpec),
        ("channel_map", ChannelMap),
        ("owner_module", c_uint32),
        ("volume", Volume),
        ("mute", c_int),
        ("monitor", c_uint32),
        ("monitor_name", c_char_p),
        ("latency", c_uint64),
        ("driver", c_char_p),
        ("flags", c_int),
        ("proplist", c_void_p),
        ("configured_latency", c_uint64),
    )


class ServerInfo(ctypes.Structure):
    _fields_ = (
        ("user_name", c_char_p),
        ("host_name", c_char_p),
        ("server_version", c_char_p),
        ("server_name", c_char_p),
        ("sample_spec", SampleSpec),
        ("default_sink_name", c_char_p),
        ("default_source_name", c_char_p),
    )


class StreamInfo(ctypes.Structure):
    """Of a sink input or a source output: the two have the same shape up to here."""

    _fields_ = (
        ("index", c_uint32),
        ("name", c_char_p),
        ("owner_module", c_uint32),
        ("client", c_uint32),
        ("device", c_uint32),
        ("sample_spec", SampleSpec),
        ("channel_map", ChannelMap),
    )


class SinkInputInfo(ctypes.Structure):
    _fields_ = (
        *StreamInfo._fields_,
        ("volume", Volume),
        ("buffer_usec", c_uint64),
        ("device_usec", c_uint64),
        ("resample_method", c_char_p),
        ("driver", c_char_p),
        ("mute", c_int),
        ("proplist", c_void_p),
    )


class SourceOutputInfo(ctypes.Structure):
    _fields_ = (
        *StreamInfo._fields_,
        ("buffer_usec", c_uint64),
        ("device_usec", c_uint64),
        ("resample_method", c_char_p),
        ("driver", c_char_p),
        ("proplist", c_void_p),
    )


OnState = CFUNCTYPE(None, c_void_p, c_void_p)
OnEvent = CFUNCTYPE(None, c_void_p, c_int, c_uint32, c_void_p)
OnServer = CFUNCTYPE(None, c_void_p, POINTER(ServerInfo), c_void_p)
OnDevice = CFUNCTYPE(None, c_void_p, POINTER(DeviceInfo), c_int, c_void_p)
OnSinkInput = CFUNCTYPE(None, c_void_p, POINTER(SinkInputInfo), c_int, c_void_p)
OnSourceOutput = CFUNCTYPE(None, c_void_p, POINTER(SourceOutputInfo), c_int, c_void_p)

_FUNCTIONS = {
    "pa_mainloop_new": (c_void_p, ()),
    "pa_mainloop_free": (None, (c_void_p,)),
    "pa_mainloop_get_api": (c_void_p, (c_void_p,)),
    "pa_mainloop_prepare": (c_int, (c_void_p, c_int)),
    "pa_mainloop_poll": (c_int, (c_void_p,)),
    "pa_mainloop_dispatch": (c_int, (c_void_p,)),
    "pa_mainloop_wakeup": (None, (c_void_p,)),
    "pa_context_new": (c_void_p, (c_void_p, c_char_p)),
    "pa_context_unref": (None, (c_void_p,)),
    "pa_context_connect": (c_int, (c_void_p, c_char_p, c_int, c_void_p)),
    "pa_context_disconnect": (None, (c_void_p,)),
    "pa_context_get_state": (c_int, (c_void_p,)),
    "pa_context_set_subscribe_callback": (None, (c_void_p, OnEvent, c_void_p)),
    "pa_context_subscribe": (c_void_p, (c_void_p, c_int, c_void_p, c_void_p)),
    "pa_context_get_server_info": (c_void_p, (c_void_p, OnServer, c_void_p)),
    "pa_context_get_sink_info_list": (c_void_p, (c_void_p, OnDevice, c_void_p)),
    "pa_context_get_source_info_list": (c_void_p, (c_void_p, OnDevice, c_void_p)),
    "pa_context_get_sink_input_info_list": (c_void_p, (c_void_p, OnSinkInput, c_void_p)),
    "pa_context_get_source_output_info_list": (c_void_p, (c_void_p, OnSourceOutput, c_void_p)),
    "pa_operation_unref": (None, (c_void_p,)),
    "pa_proplist_gets": (c_char_p, (c_void_p, c_char_p)),
}


def load() -> ctypes.CDLL | None:
    """The library with its functions typed, or None where it is not installed."""
    try:
        library = ctypes.CDLL("libpulse.so.0")
    except OSError:
        return None
    for name, (result, arguments) in _FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
