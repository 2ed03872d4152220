using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PlaybookOperator.Kubernetes.Tests;

/// <summary>Keeps log lines as <c>Level: text</c>.</summary>
internal sealed class RecordingLogger<T> : ILogger<T>
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public IReadOnlyList<string> At(LogLevel level) => [.. _lines.Where(line => line.StartsWith($"{level}: ", StringComparison.Ordinal))];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
}
