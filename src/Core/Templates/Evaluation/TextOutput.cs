using System.Text;

namespace PlaybookOperator.Core.Templates.Evaluation;

/// <summary>Text under construction, within the frame's bounds.</summary>
internal sealed class TextOutput(Frame frame)
{
    private readonly StringBuilder _text = new();

    public void Write(string text)
    {
        frame.CheckTextLength((long)_text.Length + text.Length);
        frame.ChargeText(text.Length);
        _text.Append(text);
    }

    public override string ToString() => _text.ToString();
}
