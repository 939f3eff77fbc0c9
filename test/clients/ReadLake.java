import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDateTime;

/**
 * Reads the lake through JDBC, as a person's program would: its schemas, tables, columns and their comments, then the hourly averages
 * from one time, inclusive, to another, exclusive. Each thing found is a line of JSON, told apart by `is`.
 *
 * <p>java -cp trino-jdbc.jar ReadLake.java URL USER FROM TO
 */
public class ReadLake {
  public static void main(String[] args) throws SQLException {
    try (Connection connection = DriverManager.getConnection(args[0], args[1], null)) {
      String catalog = connection.getCatalog();
      String schema = connection.getSchema();
      DatabaseMetaData metadata = connection.getMetaData();
      print("is", "driver", "version", metadata.getDriverVersion());
      try (ResultSet schemas = metadata.getSchemas(catalog, null)) {
        while (schemas.next()) print("is", "schema", "name", schemas.getString("TABLE_SCHEM"));
      }
      try (ResultSet tables = metadata.getTables(catalog, schema, "pump%", null)) {
        while (tables.next()) {
          print("is", "table", "name", tables.getString("TABLE_NAME"), "remarks", tables.getString("REMARKS"));
        }
      }
      try (ResultSet columns = metadata.getColumns(catalog, schema, "pump", null)) {
        while (columns.next()) {
          print(
              "is", "column",
              "name", columns.getString("COLUMN_NAME"),
              "type", columns.getString("TYPE_NAME"),
              "remarks", columns.getString("REMARKS"));
        }
      }
      // The driver's metadata have no comments of tables.
      try (PreparedStatement statement = connection.prepareStatement(
          "SELECT table_name, comment FROM system.metadata.table_comments WHERE catalog_name = ? AND schema_name = ?")) {
        statement.setString(1, catalog);
        statement.setString(2, schema);
        try (ResultSet comments = statement.executeQuery()) {
          while (comments.next()) {
            print("is", "comment", "table", comments.getString(1), "comment", comments.getString(2));
          }
        }
      }
      try (PreparedStatement statement = connection.prepareStatement(
          "SELECT date_trunc('hour', event_timestamp) AS hour, avg(pressure) AS avg_pressure, avg(speed) AS avg_speed"
              + " FROM pump WHERE event_timestamp >= ? AND event_timestamp < ? GROUP BY 1 ORDER BY 1")) {
        statement.setObject(1, LocalDateTime.parse(args[2]));
        statement.setObject(2, LocalDateTime.parse(args[3]));
        try (ResultSet hours = statement.executeQuery()) {
          while (hours.next()) {
            print(
                "is", "hour",
                "hour", hours.getObject("hour", LocalDateTime.class),
                "text", hours.getString("hour"),
                "avg_pressure", hours.getDouble("avg_pressure"),
                "avg_speed", hours.getDouble("avg_speed"));
          }
        }
      }
    }
  }

  private static void print(Object... namesAndValues) {
    StringBuilder line = new StringBuilder("{");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      line.append(i == 0 ? "" : ",").append(json(namesAndValues[i])).append(':').append(json(namesAndValues[i + 1]));
    }
    System.out.println(line.append('}'));
  }

  private static String json(Object value) {
    if (value == null || value instanceof Number) return String.valueOf(value);
    return '"' + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
