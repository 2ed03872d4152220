using System.Text;

namespace PlaybookOperator.Core.Tests.Playbooks;

/// <summary>Turns the flow notation of YAML, as short tests write it, into JSON: bare words get quotes unless they are JSON already.</summary>
internal static class FlowText
{
    public static string ToJson(string text)
    {
        var json = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\'')
            {
                var end = text.IndexOf('\'', i + 1);
                json.Append('"').Append(text, i + 1, end - i - 1).Append('"');
                i = end;
            }
            else if (char.IsLetter(text[i]) || text[i] == '$')
            {
                var start = i;
                while (i + 1 < text.Length && (char.IsLetterOrDigit(text[i + 1]) || text[i + 1] is '$' or '_')) i++;
                var word = text[start..(i + 1)];
                json.Append(word is "true" or "false" or "null" ? word : $"\"{word}\"");
            }
            else json.Append(text[i]);
        }

        return json.ToString();
    }
}
