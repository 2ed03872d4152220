using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PlaybookOperator.Testing;

/// <summary>A server whose answers are written out in the test, so that it can tell back whatever it was sent, in any form.</summary>
public sealed class EchoServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    /// <param name="answer">The whole answer to a request, given its head.</param>
    public EchoServer(Func<string, string> answer)
    {
        _listener.Start();
        _serving = ServeAsync(answer);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>An answer with a body.</summary>
    public static string Answer(int status, string body, params string[] headers) =>
        $"HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{string.Concat(headers.Select(header => $"{header}\r\n"))}\r\n{body}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
        _listener.Dispose();
    }

    private async Task ServeAsync(Func<string, string> answer)
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                await using var stream = client.GetStream();
                var head = new StringBuilder();
                var buffer = new byte[4096];
                while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(buffer, _stop.Token) is > 0 and var read)
                    head.Append(Encoding.UTF8.GetString(buffer, 0, read));
                await stream.WriteAsync(Encoding.UTF8.GetBytes(answer(head.ToString())), _stop.Token);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or InvalidOperationException or IOException)
        {
            // The test is over.
        }
    }
}
