using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace PlaybookOperator.Testing;

/// <summary>
/// The processes of a private server. A small shell stands between us and the server and reads our commands from a pipe: when this process ends,
/// be it by SIGKILL, the pipe closes, and the shell stops the server and removes its folder.
/// </summary>
internal sealed class PrivatePostgresServer : IAsyncDisposable
{
    /// <summary>$1 the folder, $2 a user to run as or empty, $3 the folder of the binaries, then the server's arguments.</summary>
    private const string Supervisor = """
        folder=$1 user=$2 bin=$3
        shift 3
        trap '' INT TERM
        while :; do
            if [ -n "$user" ]; then
                setpriv --reuid="$user" --regid="$user" --init-groups "$bin/postgres" -D "$folder/data" "$@" >>"$folder/log" 2>&1 &
            else
                "$bin/postgres" -D "$folder/data" "$@" >>"$folder/log" 2>&1 &
            fi
            server=$!
            read -r word || word=end
            if [ "$word" = stop ]; then kill -INT $server; else kill -QUIT $server; fi
            wait $server
            [ "$word" = end ] && break
            echo stopped
            read -r word || break
        done
        rm -rf "$folder"
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _supervisor;
    private readonly string _folder;

    private PrivatePostgresServer(Process supervisor, string folder, string connectionString)
    {
        _supervisor = supervisor;
        _folder = folder;
        ConnectionString = connectionString;
    }

    public string ConnectionString { get; }

    public static async Task<PrivatePostgresServer> StartAsync(PrivatePostgresOptions options)
    {
        var binaries = PrivatePostgresFiles.FindBinaries();
        PrivatePostgresFiles.RemoveStale();
        var folder = PrivatePostgresFiles.CreateFolder();
        var user = Environment.IsPrivilegedProcess ? "postgres" : "";
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        await PrivatePostgresFiles.InitializeAsync(binaries, folder, user, password);
        var port = FreePort();
        var supervisor = Supervise(folder, user, binaries, Arguments(options, folder, port));
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = "postgres",
            Password = password,
            Database = "postgres",
        };
        var server = new PrivatePostgresServer(supervisor, folder, settings.ConnectionString);
        await server.WaitUntilReadyAsync();
        return server;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await ContinueAsync();
    }

    public async Task StopAsync()
    {
        await _supervisor.StandardInput.WriteLineAsync("stop");
        await _supervisor.StandardInput.FlushAsync();
        await _supervisor.StandardOutput.ReadLineAsync();
    }

    public async Task ContinueAsync()
    {
        await _supervisor.StandardInput.WriteLineAsync("start");
        await _supervisor.StandardInput.FlushAsync();
        await WaitUntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _supervisor.StandardInput.Close();
        await _supervisor.WaitForExitAsync();
        _supervisor.Dispose();
    }

    private async Task WaitUntilReadyAsync()
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                // Unpooled: a pooled connection of before a stop would only tell of the past.
                await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException e) when (Stopwatch.GetElapsedTime(began) < s_patience && !_supervisor.HasExited)
            {
                _ = e;
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
            }
            catch (NpgsqlException e)
            {
                throw new InvalidOperationException($"The private PostgreSQL does not start: {PrivatePostgresFiles.ReadLog(_folder)}", e);
            }
        }
    }

    private static Process Supervise(string folder, string user, string binaries, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (IEnumerable<string>)["-c", Supervisor, "supervisor", folder, user, binaries, .. arguments]) start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new InvalidOperationException("/bin/sh does not start.");
    }

    private static IEnumerable<string> Arguments(PrivatePostgresOptions options, string folder, int port)
    {
        string[] settings =
        [
            string.Create(CultureInfo.InvariantCulture, $"port={port}"),
            "listen_addresses=127.0.0.1",
            $"unix_socket_directories={folder}",
            string.Create(CultureInfo.InvariantCulture, $"max_connections={options.MaxConnections}"),
            "shared_buffers=256MB",
            "max_wal_size=2GB",
            $"fsync={(options.Fsync ? "on" : "off")}",
            $"synchronous_commit={(options.Fsync ? "on" : "off")}",
            $"full_page_writes={(options.Fsync ? "on" : "off")}",
        ];
        return settings.SelectMany(setting => (string[])["-c", setting]);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
