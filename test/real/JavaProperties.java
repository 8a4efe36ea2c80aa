import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.util.Base64;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * Says how java.util.Properties reads texts: each line of the input is one file in base64, each line of the output its
 * entries as hexadecimal UTF-16 {@code key=value}, joined by commas, or {@code refused}.
 */
class JavaProperties {
  public static void main(String[] arguments) throws Exception {
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println(read(Base64.getDecoder().decode(line)));
    }
  }

  private static String read(byte[] file) throws Exception {
    Properties properties = new Properties();
    try {
      properties.load(new ByteArrayInputStream(file));
    } catch (IllegalArgumentException malformedEscape) {
      return "refused";
    }
    return properties.entrySet().stream()
        .map(entry -> hex(entry.getKey()) + "=" + hex(entry.getValue()))
        .collect(Collectors.joining(","));
  }

  private static String hex(Object text) {
    return text.toString().chars().mapToObj(unit -> String.format("%04x", unit)).collect(Collectors.joining());
  }
}
