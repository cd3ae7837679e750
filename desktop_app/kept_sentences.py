"""What is said of what is kept: the journal, recordings, pictures, files and archives."""

from __future__ import annotations

from desktop_app.prose import Prose

KEPT: Prose = {
    "archive.damaged": (
        "The archive is damaged ({file}). Nothing was changed; export the conversations again."
    ),
    "archive.busy": "Another archive is being imported. Wait until that is done.",
    "archive.foreign": (
        "This file is no archive of conversations. Nothing was changed; choose another one."
    ),
    "archive.imported": "The conversations of the archive are here now.",
    "archive.newer": "A newer Parley wrote this archive. Update Parley to import it.",
    "archive.unreadable": "{file} cannot be read. Check that it is there and may be opened.",
    "export.cancelled": "It was cancelled. Nothing was left behind or changed.",
    "export.changed": "{file} changed while it was exported. Export the conversations again.",
    "export.written": "{file} was written.",
    "export.unwritable": "{file} cannot be written. Choose another place. {reason}",
    "journal.in_use": "Another Parley writes to this folder. Close it to keep new messages.",
    "journal.no_recording": "The recording of this message is gone. Say it again, or type it.",
    "journal.none": "There are no conversations here yet.",
    "journal.set_aside": (
        "A damaged file of conversations was kept as {file}. What it lacks is fetched from the "
        "service."
    ),
    "journal.rebuilt": (
        "A damaged file was kept as {file}. What could be read of it is here, and {number} "
        "conversations of the service."
    ),
    "journal.not_rebuilt": (
        "A damaged file was kept as {file}. The service gave back {number}; the next start tries "
        "again."
    ),
    "journal.catching_up": (
        "Your conversations wait to be brought up to date. If an older Parley is open, close it."
    ),
    "journal.unreadable": "Earlier conversations cannot be read at the moment. New ones work.",
    "kept.conversations_cleared": (
        "The conversations are deleted; the next start of Parley takes them off the disk and the "
        "service."
    ),
    "kept.pictures_cleared": (
        "The pictures are deleted; the next start of Parley takes them off the disk."
    ),
    "kept.recordings_at_service": (
        "The recordings are gone here. The service could not delete its copies: clear them again"
        " when it can be reached."
    ),
    "kept.recordings_cleared": "The recordings are gone. What was said can still be read.",
    "kept.attachments_cleared": "The files are gone. The messages can still be read.",
    "kept.service_cleared": (
        "The service has forgotten its documents, memories and threads. What was said can still "
        "be read."
    ),
    "files.came_late": (
        "The service ended your turn before this could go along: {file}. Send it with a message."
    ),
    "files.not_spoken": (
        "This cannot go along with what you say here: {file}. It stays; send it with a message."
    ),
    "files.not_uploaded": "{file} did not go along and stays attached. {reason}",
    "files.unread": "The service could not read the file. {reason}",
    "note.discarded": "The voice note was discarded.",
    "note.in_use": "A conversation has the microphone. End it to record a voice note.",
    "note.empty": "Nothing was recorded. Speak, and finish the voice note then.",
    "note.one": "There is a voice note already. Send it or discard it, then record another.",
    "recording.being_sent": (
        "This is being sent at the moment. Wait until it is answered, then discard it."
    ),
    "recording.being_spoken": "This is being said at the moment. Finish it, then discard it.",
    "recording.corrupt": (
        "The recording cannot be heard: it is damaged, or holds no sound. Choose another one."
    ),
    "recording.discarded": "The recording was discarded.",
    "recording.empty": "The recording holds no sound. Choose another one.",
    "recording.floor_taken": (
        "Somebody is speaking or being answered. Wait for the end, then play the recording."
    ),
    "recording.language": "This recogniser does not know the language. Choose another one.",
    "recording.microphone_open": (
        "The microphone would hear the recording. Close it, then play the recording."
    ),
    "recording.model": "This recogniser does not have the chosen model. Choose another one.",
    "recording.not_saved": (
        "The recording cannot be written to {file}. Choose another place. {reason}"
    ),
    "recordings.discarded": "{number} recordings were discarded.",
    "recording.saved": "The recording is in {file}.",
    "recording.stays_at_service": (
        "The recording is gone here. At this service it can only be deleted with its thread."
    ),
    "recording.still_at_service": (
        "The recording is gone here. The service could not delete its copy: that is done when"
        " Parley starts again."
    ),
    "recording.too_long": "The recording is too long to be heard at once. Give it in parts.",
    "recording.unsupported": (
        "The recording has a format that cannot be heard here. Give it as WAV, FLAC or MP3."
    ),
    "service.set_aside": (
        "A damaged file of the service was kept as {file}. What could be read of its memories and "
        "files is here."
    ),
    "settings.not_saved": (
        "Your settings could not be saved: {reason}. Make room[, then try again]."
    ),
    "settings.broken": (
        "Some settings cannot be used, defaults take their place: {reason}. Choose them anew in "
        "the settings."
    ),
    "settings.set_aside": (
        "Your settings could not be read and were kept as {file}. The defaults are used; choose "
        "them anew in the settings."
    ),
    "settings.unread": (
        "Your settings cannot be read now, the defaults are used. Check that the file may be "
        "opened, then restart Parley."
    ),
    "storage.broken": (
        "The file of your conversations is damaged. Restart Parley: it keeps the damaged file and "
        "begins a new one."
    ),
    "storage.failed": (
        "Your conversations cannot be read or saved at the moment. What was saved before is safe; "
        "check the disk."
    ),
    "storage.full": "The disk is full. What was saved before is safe; free some space.",
    "storage.gone": "What this belongs to was deleted meanwhile.",
    "storage.newer": "A newer Parley wrote your conversations. Update Parley to use them.",
    "storage.older": "An older Parley has your conversations open. Close it[, then try again].",
    "storage.unwritable": (
        "Parley cannot write to its folder. What was saved before is safe; check the folder's "
        "permissions."
    ),
    "picture.copied": "{file} was copied.",
    "picture.deleted": "{file} was deleted.",
    "picture.gone": "The file of {file} is not there any more. Ask for it again in its thread.",
    "picture.not_copied": "{file} is no picture that can be copied. Save it as a file instead.",
    "picture.not_opened": "No program opened {file}. Save it as a file instead.",
    "picture.saved": "{file} was written.",
    "picture.not_saved": "{file} could not be saved there: {reason}. Choose another folder.",
    "archive.running": "Reading {file}: {number}%.",
    "export.running": "Writing {file}: {number}%.",
}
"""By what happened."""
