import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.apache.hadoop.hive.metastore.HiveMetaStore.HMSHandler;
import org.apache.hadoop.hive.metastore.IHMSHandler;
import org.apache.hadoop.hive.metastore.RetryingHMSHandler;
import org.apache.hadoop.hive.metastore.TUGIBasedProcessor;
import org.apache.hadoop.hive.metastore.conf.MetastoreConf;
import org.apache.hadoop.hive.metastore.security.TUGIContainingTransport;
import org.apache.thrift.protocol.TProtocol;
import org.apache.thrift.server.ServerContext;
import org.apache.thrift.server.TServerEventHandler;
import org.apache.thrift.server.TThreadPoolServer;
import org.apache.thrift.transport.TServerSocket;
import org.apache.thrift.transport.TTransport;

/**
 * Runs the metastore on the loopback interface only. Hive's own main class listens on every interface, whatever the value of
 * metastore.thrift.bind.host, and does not authenticate clients. Run it as a source file: java -cp … LoopbackMetastore.java PORT
 */
public class LoopbackMetastore {
  public static void main(String[] arguments) throws Exception {
    var address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), Integer.parseInt(arguments[0]));
    var conf = MetastoreConf.newMetastoreConf();
    var handler = new HMSHandler("metastore", conf, false);
    IHMSHandler retrying = RetryingHMSHandler.getProxy(conf, handler, false);
    var server = new TThreadPoolServer(
        new TThreadPoolServer.Args(new TServerSocket(address))
            .processor(new TUGIBasedProcessor<>(retrying))
            .transportFactory(new TUGIContainingTransport.Factory()));
    server.setServerEventHandler(new ReleaseStore(handler));
    System.err.println("metastore listens on " + address);
    server.serve();
  }

  /** Each thread keeps a database session. This closes the session together with the client connection that used it. */
  private record ReleaseStore(HMSHandler handler) implements TServerEventHandler {
    @Override
    public void preServe() {}

    @Override
    public ServerContext createContext(TProtocol input, TProtocol output) {
      return null;
    }

    @Override
    public void deleteContext(ServerContext context, TProtocol input, TProtocol output) {
      handler.shutdown();
    }

    @Override
    public void processContext(ServerContext context, TTransport input, TTransport output) {}
  }
}
