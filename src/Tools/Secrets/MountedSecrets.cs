namespace PlaybookOperator.Tools.Secrets;

/// <summary>Secrets as files of one folder, each named for its secret: how a pod gets them.</summary>
public sealed class MountedSecrets(string directory) : ISecrets
{
    /// <summary>A Kubernetes Secret holds at most 1 MiB.</summary>
    private const long MaxBytes = 1 << 20;

    /// <summary>The names of all that are mounted.</summary>
    /// <exception cref="IOException">The folder is not there, or cannot be read.</exception>
    public IEnumerable<string> Names() =>
        // Kubernetes keeps its own versions of the folder beside them, in folders that begin with two dots.
        Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith("..", StringComparison.Ordinal));

    /// <summary>The names of those that no mask hides (<see cref="SecretMask.MinTelling"/>); none where they cannot be read, which the work will tell.</summary>
    public async Task<IReadOnlyList<string>> TooShortAsync(CancellationToken cancellationToken)
    {
        var found = new List<string>();
        try
        {
            foreach (var name in Names())
                if (await ReadAsync(name, cancellationToken) is { Length: > 0 and < SecretMask.MinTelling }) found.Add(name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        return found;
    }

    /// <exception cref="IOException">The file is there and cannot be read, or is larger than 1 MiB.</exception>
    public async ValueTask<string?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        // A name comes from a playbook: it must not lead out of the folder.
        if (name is "" or "." or ".." || name.AsSpan().IndexOfAny('/', '\\', '\0') >= 0) return null;
        var file = new FileInfo(Path.Combine(directory, name));
        if (!file.Exists) return null;
        if (file.Length > MaxBytes) throw new IOException($"The file of secret {name} is larger than {MaxBytes} bytes.");
        var text = await File.ReadAllTextAsync(file.FullName, cancellationToken);
        // Files made by hand end in a line break that nobody meant to be part of a token.
        return text.TrimEnd('\r', '\n');
    }
}
