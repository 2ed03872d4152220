namespace PlaybookOperator.Cli.Tests;

/// <summary>A folder of its own for one test, with files and the sample API's request log of one run key.</summary>
internal sealed class PlaybookFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("playbook-cli-");

    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(Path(name), text);
        return Path(name);
    }

    /// <summary>A playbook file of these steps, indented as in a <c>workflow</c> list at the margin.</summary>
    public string Playbook(string steps, string spec = "") => Write("playbook.yaml", $"""
        apiVersion: playbooks.dev/v1alpha1
        kind: Playbook
        metadata:
          name: test
        spec:
          {spec.ReplaceLineEndings("\n  ")}
          workflow:
          {steps.ReplaceLineEndings("\n  ")}

        """);

    public void Dispose() => _folder.Delete(recursive: true);
}
