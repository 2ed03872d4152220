using PlaybookOperator.Tools.Secrets;
using Xunit;

namespace PlaybookOperator.Worker.Tests.Tools.Secrets;

public sealed class MountedSecretsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("playbook-secrets-");

    [Fact]
    public async Task A_secret_is_the_file_of_its_name_without_closing_line_breaks()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "TOKEN"), " value \n\r\n");
        Assert.Equal(" value ", await new MountedSecrets(_folder.FullName).ReadAsync("TOKEN", CancellationToken.None));
    }

    [Theory]
    [InlineData("ABSENT")]
    [InlineData("../outside")]
    [InlineData("..")]
    [InlineData("/etc/hostname")]
    [InlineData("")]
    public async Task A_name_without_a_file_in_the_folder_gives_nothing(string name)
    {
        Assert.Null(await new MountedSecrets(_folder.FullName).ReadAsync(name, CancellationToken.None));
    }

    [Fact]
    public async Task A_file_beyond_all_measure_is_an_error_that_names_the_secret()
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder.FullName, "HUGE"), new byte[(1 << 20) + 1]);
        var (value, error) = await new SecretScope(new MountedSecrets(_folder.FullName)).ReadAsync("HUGE", CancellationToken.None);
        Assert.Null(value);
        Assert.Contains("HUGE", error!.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
