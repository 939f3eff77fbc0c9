"""usage: pyarrow_file.py '{ "output", "rows", "rowGroupRows", "cores", "codec" }': generates and encodes."""

from usage import timed

from arrow_writer import on_each_core, parts, version, write_readings

timed(lambda: on_each_core(write_readings, parts()), version)
