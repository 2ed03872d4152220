using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PlaybookOperator.Kubernetes.Configuration;

/// <summary>Reads how a kubeconfig's user proves who he is.</summary>
internal static class CredentialReader
{
    public static ICredentialSource Read(KubeConfigSection user, KubeConfigSection cluster, TimeProvider time)
    {
        if (user.Child("exec") is { } exec) return ReadExec(exec, cluster, time);
        if (user.Text("token") is { Length: > 0 } token) return new StaticCredential(new Credential(token, ReadCertificate(user)));
        if (user.Text("tokenFile") is { Length: > 0 } tokenFile) return new TokenFileCredential(user.Resolve(tokenFile), time);
        if (user.Has("auth-provider")) throw new KubeConfigException($"{user.At("auth-provider")} is no longer supported: use exec.");
        if (user.Has("username"))
            throw new KubeConfigException($"{user.At("username")}: passwords are not accepted by Kubernetes any more.");
        return ReadCertificate(user) is { } certificate ? new StaticCredential(new Credential(null, certificate)) : StaticCredential.None;
    }

    public static X509Certificate2 ParseCertificate(string certificatePem, string keyPem, string place)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificatePem, keyPem);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new KubeConfigException($"{place} and its key do not form a certificate: {exception.Message}", exception);
        }
    }

    private static X509Certificate2? ReadCertificate(KubeConfigSection user)
    {
        var certificate = user.Material("client-certificate");
        var key = user.Material("client-key");
        if (certificate is null && key is null) return null;
        if (certificate is null) throw new KubeConfigException($"{user.At("client-certificate")} is missing, but a client-key is given.");
        if (key is null) throw new KubeConfigException($"{user.At("client-key")} is missing, but a client-certificate is given.");
        return ParseCertificate(certificate, key, user.At("client-certificate"));
    }

    private static ExecCredential ReadExec(KubeConfigSection exec, KubeConfigSection cluster, TimeProvider time)
    {
        var version = exec.Required("apiVersion");
        if (version is not ("client.authentication.k8s.io/v1" or "client.authentication.k8s.io/v1beta1"))
        {
            throw new KubeConfigException(
                $"{exec.At("apiVersion")} is {version}; v1 and v1beta1 of client.authentication.k8s.io are known.");
        }

        if (exec.Text("interactiveMode") == "Always")
            throw new KubeConfigException($"{exec.At("interactiveMode")} is Always, but nobody sits at this process.");
        var command = exec.Required("command");
        // A bare name is searched on PATH; anything with a separator is relative to the file.
        if (command.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal)) command = exec.Resolve(command);
        var plugin = new ExecPlugin
        {
            Command = command,
            ApiVersion = version,
            Place = exec.At("command"),
            InstallHint = exec.Text("installHint"),
            Arguments = [.. exec.Items("args").Select(item => item.ToString())],
            Environment = [.. exec.Items("env").Select(item => ReadVariable(exec, item))],
            Server = exec.Flag("provideClusterInfo") ? cluster.Text("server") : null,
            AuthorityPem = exec.Flag("provideClusterInfo") ? cluster.Material("certificate-authority") : null,
        };
        return new ExecCredential(plugin, time);
    }

    private static (string Name, string Value) ReadVariable(KubeConfigSection exec, System.Text.Json.JsonElement item)
    {
        if (item.ValueKind == System.Text.Json.JsonValueKind.Object
            && KubeConfigSection.TextOf(item, "name") is { Length: > 0 } name
            && KubeConfigSection.TextOf(item, "value") is { } value)
            return (name, value);
        throw new KubeConfigException($"{exec.At("env")} must hold maps of name and value.");
    }
}
