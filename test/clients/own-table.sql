DROP TABLE hive.iot_dw.pump;

CREATE TABLE hive.iot_dw.pump (event_timestamp TIMESTAMP, pressure DOUBLE, velocity DOUBLE, speed DOUBLE) WITH (format = 'PARQUET', external_location = 's3://iot-time-series/pump/');
