namespace PlaybookOperator.Cases.Tests.Support;

/// <summary>Files of the repository that these tests read.</summary>
internal static class SourceTree
{
    public static string Root { get; } = Find();

    public static string Path(params string[] names) => System.IO.Path.Combine([Root, .. names]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Operator.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Operator.sln.");
    }
}
