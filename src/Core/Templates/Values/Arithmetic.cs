using System.Globalization;
using System.Numerics;
using PlaybookOperator.Core.Templates.Evaluation;

namespace PlaybookOperator.Core.Templates.Values;

/// <summary>
/// Arithmetic on numbers: integers are exact at any size, <c>/</c> always gives a float, <c>//</c> and <c>%</c> round towards
/// negative infinity. Booleans count as 0 and 1.
/// </summary>
internal static class Arithmetic
{
    /// <summary>Bits of the largest integer an operation may give: about 10,000 decimal digits.</summary>
    private const long MaxIntegerBits = 33_000;

    private static readonly BigInteger ExactFloat = BigInteger.One << 53;

    public static bool IsNumber(Value value) => value.Kind is ValueKind.Integer or ValueKind.Float or ValueKind.Boolean;

    public static BigInteger Integer(Value value) => value.AsStorage is BigNumber big ? big.Number : value.Bits;

    public static double Float(Value value) => value.IsFloat ? value.FloatBits : ToDouble(Integer(value));

    public static string IntegerText(Value value) => value.AsStorage is BigNumber big
        ? big.Number.ToString(CultureInfo.InvariantCulture)
        : value.Bits.ToString(CultureInfo.InvariantCulture);

    /// <summary>Both operands are numbers.</summary>
    public static Value Apply(BinaryOperator operation, Value left, Value right, Frame frame)
    {
        frame.ChargeNumbers(left, right);
        var result = Apply(operation, left, right);
        if (operation == BinaryOperator.Power)
        {
            frame.ChargeNumbers(result, default);
        }

        return result;
    }

    private static Value Apply(BinaryOperator operation, Value left, Value right)
    {
        if (left.IsFloat || right.IsFloat)
        {
            return OfFloats(operation, Float(left), Float(right));
        }

        return OfIntegers(operation, Integer(left), Integer(right));
    }

    private static Value OfFloats(BinaryOperator operation, double left, double right)
    {
        switch (operation)
        {
            case BinaryOperator.Add:
                return Value.From(left + right);
            case BinaryOperator.Subtract:
                return Value.From(left - right);
            case BinaryOperator.Multiply:
                return Value.From(left * right);
            case BinaryOperator.Power:
                return Power(left, right);
        }

        if (right == 0)
        {
            throw new TemplateFault(TemplateErrorKind.Arithmetic, "division by zero");
        }

        return operation switch
        {
            BinaryOperator.Divide => Value.From(left / right),
            BinaryOperator.FloorDivide => Value.From(FloorDivide(left, right)),
            _ => Value.From(Modulo(left, right)),
        };
    }

    private static Value OfIntegers(BinaryOperator operation, BigInteger left, BigInteger right)
    {
        switch (operation)
        {
            case BinaryOperator.Add:
                return Bounded(left + right);
            case BinaryOperator.Subtract:
                return Bounded(left - right);
            case BinaryOperator.Multiply:
                return Bounded(left * right);
            case BinaryOperator.Power:
                return Power(left, right);
        }

        if (right.IsZero)
        {
            throw new TemplateFault(TemplateErrorKind.Arithmetic, "division by zero");
        }

        if (operation == BinaryOperator.Divide)
        {
            return Value.From(Divide(left, right));
        }

        var quotient = BigInteger.DivRem(left, right, out var remainder);
        if (!remainder.IsZero && remainder.Sign != right.Sign)
        {
            quotient -= 1;
            remainder += right;
        }

        return Value.From(operation == BinaryOperator.FloorDivide ? quotient : remainder);
    }

    private static Value Bounded(BigInteger number) => number.GetBitLength() <= MaxIntegerBits
        ? Value.From(number)
        : throw new TemplateFault(TemplateErrorKind.Arithmetic, "the integer is too large");

    private static Value Power(BigInteger left, BigInteger right)
    {
        if (right.Sign < 0)
        {
            return Power(ToDouble(left), ToDouble(right));
        }

        if (BigInteger.Abs(left) > 1 && left.GetBitLength() * right > MaxIntegerBits)
        {
            throw new TemplateFault(TemplateErrorKind.Arithmetic, "the integer is too large");
        }

        // Of 0, 1 and -1 only the exponent's parity matters, however large it is.
        var exponent = BigInteger.Abs(left) > 1 || right <= 2 ? (int)right : 2 + (int)(right % 2);
        return Value.From(BigInteger.Pow(left, exponent));
    }

    private static Value Power(double left, double right)
    {
        if (left == 0 && right < 0)
        {
            throw new TemplateFault(TemplateErrorKind.Arithmetic, "zero cannot be raised to a negative power");
        }

        var power = Math.Pow(left, right);
        if (double.IsNaN(power) && !double.IsNaN(left) && !double.IsNaN(right))
        {
            throw new TemplateFault(TemplateErrorKind.Arithmetic, "a negative number has no real power of a fraction");
        }

        return !double.IsInfinity(power) || double.IsInfinity(left) || double.IsInfinity(right)
            ? Value.From(power)
            : throw new TemplateFault(TemplateErrorKind.Arithmetic, "the float is too large");
    }

    private static double Modulo(double left, double right)
    {
        var remainder = left % right;
        if (remainder == 0)
        {
            return Math.CopySign(0, right);
        }

        return remainder < 0 == right < 0 ? remainder : remainder + right;
    }

    private static double FloorDivide(double left, double right)
    {
        var remainder = left % right;
        var quotient = (left - remainder) / right;
        quotient -= remainder != 0 && remainder < 0 != right < 0 ? 1 : 0;
        if (quotient == 0)
        {
            return Math.CopySign(0, left / right);
        }

        var floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    /// <summary>The quotient, correctly rounded also where the operands are beyond a float's 53 bits.</summary>
    private static double Divide(BigInteger left, BigInteger right)
    {
        if (BigInteger.Abs(left) <= ExactFloat && BigInteger.Abs(right) <= ExactFloat)
        {
            return (double)left / (double)right;
        }

        var (numerator, denominator) = (BigInteger.Abs(left), BigInteger.Abs(right));
        var shift = (int)(66 + denominator.GetBitLength() - numerator.GetBitLength());
        var quotient = shift >= 0
            ? BigInteger.DivRem(numerator << shift, denominator, out var remainder)
            : BigInteger.DivRem(numerator, denominator << -shift, out remainder);
        if (!remainder.IsZero)
        {
            quotient |= 1;
        }

        var result = Math.ScaleB(ToDouble(quotient), -shift);
        if (double.IsInfinity(result))
        {
            throw new TemplateFault(TemplateErrorKind.Arithmetic, "the quotient is too large for a float");
        }

        return left.Sign * right.Sign < 0 ? -result : result;
    }

    /// <summary>The nearest float, ties to even; the platform's own conversion truncates.</summary>
    public static double ToDouble(BigInteger number)
    {
        if (number >= long.MinValue && number <= long.MaxValue)
        {
            return (long)number;
        }

        var magnitude = BigInteger.Abs(number);
        var shift = (int)magnitude.GetBitLength() - 62;
        if (shift > 0)
        {
            var sticky = !(magnitude & ((BigInteger.One << shift) - 1)).IsZero;
            magnitude >>= shift;
            magnitude |= sticky ? 1 : 0;
        }

        var rounded = Math.ScaleB((long)magnitude, Math.Max(shift, 0));
        return number.Sign < 0 ? -rounded : rounded;
    }

    /// <summary>Exact also between integers beyond 53 bits, decimals as written and floats. Not-a-number gives null.</summary>
    public static int? Compare(Value left, Value right)
    {
        if (left.AsWritten is not null || right.AsWritten is not null)
        {
            return WrittenNumber.Compare(left, right);
        }

        if (!left.IsFloat && !right.IsFloat)
        {
            return left.AsStorage is BigNumber || right.AsStorage is BigNumber
                ? Integer(left).CompareTo(Integer(right))
                : left.Bits.CompareTo(right.Bits);
        }

        if (left.IsFloat && right.IsFloat)
        {
            return CompareFloats(left.FloatBits, right.FloatBits);
        }

        return left.IsFloat ? -CompareMixed(right, left.FloatBits) : CompareMixed(left, right.FloatBits);
    }

    private static int? CompareFloats(double left, double right) =>
        double.IsNaN(left) || double.IsNaN(right) ? null : left.CompareTo(right);

    private static int? CompareMixed(Value integer, double number)
    {
        if (double.IsNaN(number))
        {
            return null;
        }

        if (double.IsInfinity(number))
        {
            return number > 0 ? -1 : 1;
        }

        var order = Integer(integer).CompareTo(new BigInteger(Math.Floor(number)));
        return order == 0 && number > Math.Floor(number) ? -1 : order;
    }
}
