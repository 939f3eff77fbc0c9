CREATE SCHEMA IF NOT EXISTS hive.iot_dw WITH (location = 's3://iot-time-series/iot_dw/');

SELECT date_trunc('hour', event_timestamp) AS hour, avg(pressure) AS avg_pressure, avg(speed) AS avg_speed FROM hive.iot_dw.pump GROUP BY 1 ORDER BY 1;

SELECT count(*) FROM hive.iot_dw.pump WHERE pressure > 150;

SELECT * FROM hive.iot_dw.pump WHERE pressure > 150 ORDER BY event_timestamp;
